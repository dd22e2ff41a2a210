"""The manifests: held to Kubernetes' own schemas, whole, and safe in what they ask for."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
from ruamel.yaml import YAML

from lems_guard.edges.grpc.port import Drain

DEPLOY = Path(__file__).parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
BASE = KUBERNETES / "base"
OVERLAYS = sorted((KUBERNETES / "overlays").iterdir())
NOT_KUBERNETES = ("kustomize.config.k8s.io", "monitoring.coreos.com")
OLDEST, NEWEST = "1.31", "1.34"
SCHEMAS = Path(__file__).parent / "schemas"


def documents(path: Path) -> list[dict[str, Any]]:
    return list(YAML(typ="safe").load_all(path))


def manifests() -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for document in documents(path):
            yield path, document


def of_kind(kind: str) -> dict[str, Any]:
    (found,) = (each for path, each in manifests() if path.parent == BASE and each["kind"] == kind)
    return found


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_own_schemas_take_them(version: str) -> None:
    checked = 0
    for path, document in manifests():
        # An overlay's patch is no whole manifest.
        if path.parent == BASE and not document["apiVersion"].startswith(NOT_KUBERNETES):
            kubernetes_validate.validate(document, version, strict=True)
            checked += 1
    assert checked >= 6


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
def test_the_operators_own_schemas_take_them(kind: str) -> None:
    schema = json.loads((SCHEMAS / f"{kind.lower()}.json").read_text("utf-8"))
    held = jsonschema.Draft202012Validator(schema)
    document = of_kind(kind)
    assert list(held.iter_errors(document)) == []
    document["spec"]["nonsense"] = 1
    assert len(list(held.iter_errors(document))) == 1


def merged(base: Any, patch: Any) -> Any:  # noqa: ANN401  # any part of a manifest
    """A part of a manifest with a patch laid over it, lists of named things by their names."""
    if isinstance(base, dict) and isinstance(patch, dict):
        both = {key: merged(base[key], patch[key]) for key in base.keys() & patch.keys()}
        return base | patch | both
    named = isinstance(patch, list) and all(
        isinstance(each, dict) and "name" in each for each in patch
    )
    if isinstance(base, list) and named and patch:
        by_name = {each["name"]: each for each in patch}
        kept = [merged(each, by_name.pop(each["name"], {})) for each in base]
        return [*kept, *by_name.values()]
    return patch


def built(overlay: Path) -> list[dict[str, Any]]:
    """An overlay's manifests, its patches, namespace and image put in."""
    (kustomization,) = documents(overlay / "kustomization.yaml")
    patches = {
        document["kind"]: document
        for each in kustomization.get("patches", ())
        for document in documents(overlay / each["path"])
    }
    found = []
    for path, document in manifests():
        if path.parent == BASE and path.name != "kustomization.yaml":
            whole = merged(document, patches.pop(document["kind"], {}))
            whole["metadata"]["namespace"] = kustomization["namespace"]
            found.append(whole)
    assert not patches, "a patch of nothing"
    (image,) = kustomization["images"]
    (container,) = of(found, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == image["name"]
    container["image"] = f"{image['newName']}:{image['newTag']}"
    return found


def of(found: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    (one,) = (each for each in found if each["kind"] == kind)
    return one


@pytest.mark.parametrize("overlay", OVERLAYS, ids=lambda path: str(path.name))
@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_overlays_make_whole_manifests(overlay: Path, version: str) -> None:
    """Without kustomize: its strategic merge, for what our patches use of it."""
    found = built(overlay)
    for document in found:
        if not document["apiVersion"].startswith(NOT_KUBERNETES):
            kubernetes_validate.validate(document, version, strict=True)
    scaler = of(found, "HorizontalPodAutoscaler")["spec"]
    budget = of(found, "PodDisruptionBudget")["spec"]
    assert scaler["minReplicas"] <= scaler["maxReplicas"]
    if isinstance(budget.get("minAvailable"), int):
        assert budget["minAvailable"] < scaler["minReplicas"], "nothing could ever be evicted"
    probe = of(found, "Deployment")["spec"]["template"]["spec"]["containers"][0]["readinessProbe"]
    assert probe["grpc"]["port"] == 50051, "the base's container is still there"


def test_a_misspelt_field_is_found() -> None:
    deployment = of_kind("Deployment")
    deployment["spec"]["replicaz"] = 3
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(deployment, NEWEST, strict=True)


@pytest.mark.parametrize("folder", [BASE, *OVERLAYS], ids=lambda path: str(path.name))
def test_kustomizations_name_what_is_there_and_all_of_it(folder: Path) -> None:
    (kustomization,) = documents(folder / "kustomization.yaml")
    patches = [each["path"] for each in kustomization.get("patches", ())]
    named = {(folder / each).resolve() for each in (*kustomization["resources"], *patches)}
    assert all(path.exists() for path in named)
    files = {path for path in folder.glob("*.yaml") if path.name != "kustomization.yaml"}
    assert files <= named
    for patch in patches:
        for document in documents(folder / patch):
            assert of_kind(document["kind"])["metadata"]["name"] == document["metadata"]["name"]


def test_the_pod_may_do_nothing_it_need_not() -> None:
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container["resources"]["requests"]
    assert "grpc" in container["readinessProbe"]


def test_the_pod_has_time_to_drain() -> None:
    pod = of_kind("Deployment")["spec"]["template"]["spec"]
    values = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    notice, age, calls = (
        float(values[f"LEMS_GUARD_{name}_SECONDS"])
        for name in ("DRAIN_NOTICE", "CONNECTION", "DRAIN")
    )
    drain = notice + Drain(notice, age, calls).oldest_seconds + calls
    assert pod["terminationGracePeriodSeconds"] > drain


def test_the_rules_are_those_of_prometheus(tmp_path: Path) -> None:
    for name in ("kubernetes/rules.py", "prometheus/recording.yaml", "prometheus/alerts.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((DEPLOY / name).read_bytes())
    (tmp_path / "kubernetes" / "base").mkdir()
    subprocess.run([sys.executable, tmp_path / "kubernetes" / "rules.py"], check=True)
    written = (tmp_path / "kubernetes" / "base" / "prometheusrule.yaml").read_text("utf-8")
    assert written == (BASE / "prometheusrule.yaml").read_text("utf-8")
    groups = [
        group
        for name in ("recording.yaml", "alerts.yaml")
        for group in documents(DEPLOY / "prometheus" / name)[0]["groups"]
    ]
    assert of_kind("PrometheusRule")["spec"]["groups"] == groups
