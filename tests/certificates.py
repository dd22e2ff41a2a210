"""Certificates as openssl makes them, for tests of real connections."""

import subprocess
from dataclasses import dataclass
from pathlib import Path


def openssl(*arguments: str | Path) -> str:
    done = subprocess.run(
        ["openssl", *arguments],  # noqa: S607 - the system's own
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, each a file."""

    certificate: Path
    key: Path

    def settings(self) -> dict[str, str]:
        """What a service is told that shows this certificate."""
        return {
            "LEMS_GUARD_TLS_CERTIFICATE": str(self.certificate),
            "LEMS_GUARD_TLS_KEY": str(self.key),
        }


class Authority:
    """An authority of its own, in a folder."""

    def __init__(self, folder: Path, name: str = "ca") -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.name = folder, name
        self.certificate, self._key = folder / f"{name}.pem", folder / f"{name}.key"
        openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", f"/CN={name}", "-days", "30", "-keyout", self._key),
            *("-addext", "keyUsage=critical,keyCertSign", "-out", self.certificate),
        )

    def issued(self, name: str, *alternatives: str, days: int = 10) -> Pair:
        """A certificate for a name: `DNS:…`, `URI:…` or `IP:…`; ours of this machine without."""
        names = alternatives or ("DNS:localhost", "IP:127.0.0.1", "IP:::1")
        asked = self.folder / f"{name}.csr"
        pair = Pair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-subj", f"/CN={name}", "-keyout", pair.key, "-out", asked),
        )
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName={','.join(names)}\n")
        openssl(
            *("x509", "-req", "-in", asked, "-CA", self.certificate, "-CAkey", self._key),
            *("-days", str(days), "-extfile", extensions, "-out", pair.certificate),
        )
        return pair
