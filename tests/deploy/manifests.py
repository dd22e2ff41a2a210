"""The manifests as they reach a cluster, put together by kustomize and Helm themselves."""

import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias

import helm_python as helm
from ruamel.yaml import YAML

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
COMPONENTS = KUBERNETES / "components"
CHART = DEPLOY / "helm" / "lems-guard"
KUBECTL = Path(sys.executable).parent / "kubectl"

Manifest: TypeAlias = dict[str, Any]

# What each component is among the chart's values.
VALUES: dict[str, dict[str, Any]] = {
    "callers": {"callers": "lems-guard-callers"},
    "issuers": {"issuers": "lems-guard-issuers"},
    "tls": {"tls": "lems-guard-tls"},
    "overlay": {"overlay": "lems-guard-overlay"},
    "rules-image": {"rules": {"image": "registry.example.org/lems-guard-rules:2026.12.0"}},
    "rules-volume": {"rules": {"claim": "lems-guard-rules"}},
    "vocabulary": {"vocabulary": "lems-guard-vocabulary"},
    "journal": {"journal": "lems-guard-journal"},
    "fhir": {
        "network": {
            "fhirServers": [{"host": "fhir.example.org", "cidr": "192.0.2.10/32", "port": 443}]
        }
    },
    "traces": {"traces": {"endpoint": "http://collector.observability:4317"}},
    "ingress": {"ingress": {"enabled": True}},
    "gateway": {"gateway": {"enabled": True}},
    "monitoring": {"monitoring": {"enabled": True}},
    "probe": {"probe": {"enabled": True}},
}
OVERLAYS: dict[str, dict[str, Any]] = {
    "staging": {"probe": {"enabled": True}, "autoscaling": {"min": 1, "max": 2}},
    "production": {
        "callers": "lems-guard-callers",
        "tls": "lems-guard-tls",
        "ingress": {
            "enabled": True,
            "annotations": {"nginx.ingress.kubernetes.io/backend-protocol": "HTTPS"},
        },
        "monitoring": {"enabled": True},
        "probe": {"enabled": True, "token": "lems-guard-probe"},
    },
}


def documents(text: str) -> list[Manifest]:
    return [each for each in YAML(typ="safe").load_all(text) if each]


def built(folder: Path) -> str:
    """What `kubectl apply -k` would send."""
    ran = subprocess.run(
        [KUBECTL, "kustomize", "--load-restrictor=LoadRestrictionsNone", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def kustomized(folder: Path) -> list[Manifest]:
    """The same, read."""
    return in_order(documents(built(folder)))


def with_component(name: str, folder: Path) -> list[Manifest]:
    """The base with a component and nothing else."""
    at = {"resources": KUBERNETES / "base", "components": COMPONENTS / name}
    up = "../" * (len(folder.resolve().parts) - 1)
    lines = [f"{kind}: ['{up}{str(path)[1:]}']" for kind, path in at.items()]
    head = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization"]
    (folder / "kustomization.yaml").write_text("\n".join([*head, *lines]), "utf-8")
    return kustomized(folder)


def rendered(values: dict[str, Any], namespace: str = "lems-guard") -> list[Manifest]:
    """What `helm install lems-guard` would send; raises `HelmError` for values that are none."""
    with helm.Chart.load(str(CHART)) as chart:
        chart.validate_schema(values)
        files = chart.render(values, name="lems-guard", namespace=namespace)
    return in_order([each for text in files.values() for each in documents(text)])


def in_order(found: list[Manifest]) -> list[Manifest]:
    """By kind and name; settings by their names, mounts by theirs: their order says nothing."""
    for manifest in found:
        for container in containers_of(manifest):
            for part in ("env", "volumeMounts"):
                container.get(part, []).sort(key=lambda each: str(each["name"]))
        pod_of(manifest).get("volumes", []).sort(key=lambda each: str(each["name"]))
    return sorted(found, key=lambda each: (each["kind"], each["metadata"]["name"]))


def pod_of(manifest: Manifest) -> dict[str, Any]:
    """The pod that a manifest makes, if it makes any."""
    spec = manifest.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod: dict[str, Any] = spec.get("template", {}).get("spec", {})
    return pod


def containers_of(manifest: Manifest) -> list[dict[str, Any]]:
    return list(pod_of(manifest).get("containers", []))


def of(found: list[Manifest], kind: str, name: str = "lems-guard") -> Manifest:
    (one,) = (each for each in found if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return one
