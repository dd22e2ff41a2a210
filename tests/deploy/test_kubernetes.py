"""The manifests, kustomize's and Helm's: the same, valid, safe and complete."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import helm_python as helm
import jsonschema
import kubernetes_validate
import pytest

from deploy.manifests import (
    CHART,
    COMPONENTS,
    DEPLOY,
    KUBERNETES,
    OVERLAYS,
    VALUES,
    Manifest,
    built,
    containers_of,
    documents,
    kustomized,
    of,
    pod_of,
    rendered,
    with_component,
)
from lems_guard.edges.grpc.port import Drain
from lems_guard.settings import settings_table

OLDEST, NEWEST = "1.31", "1.37"
SCHEMAS = Path(__file__).parent / "schemas"
LOOKED_AT = Path(__file__).parent / "looked_at"
OPERATORS = "monitoring.coreos.com/"
GATEWAYS = "gateway.networking.k8s.io/"
NAMESPACE = {"namespace": {"create": True}}


@pytest.fixture(scope="module")
def base() -> list[Manifest]:
    return kustomized(KUBERNETES / "base")


@pytest.fixture(scope="module", params=sorted(OVERLAYS))
def overlay(request: pytest.FixtureRequest) -> list[Manifest]:
    return kustomized(KUBERNETES / "overlays" / str(request.param))


def without_namespaces(found: list[Manifest]) -> list[Manifest]:
    """Helm names its release's namespace in each; kustomize's base leaves that to overlays."""
    kept = []
    for each in found:
        metadata = {key: value for key, value in each["metadata"].items() if key != "namespace"}
        kept.append({**each, "metadata": metadata})
    return kept


def image_of(found: list[Manifest], image: str) -> list[Manifest]:
    for each in found:
        for container in containers_of(each):
            container["image"] = image
    return found


def test_the_chart_makes_what_the_base_has(base: list[Manifest]) -> None:
    chart = image_of(rendered(NAMESPACE), "lems-guard")
    assert without_namespaces(chart) == base


@pytest.mark.parametrize("name", sorted(path.name for path in COMPONENTS.iterdir()))
def test_the_chart_makes_what_each_component_has(name: str, tmp_path: Path) -> None:
    chart = image_of(rendered(NAMESPACE | VALUES[name]), "lems-guard")
    made = with_component(name, tmp_path)
    assert without_namespaces(chart) == made
    assert made != kustomized(KUBERNETES / "base")
    held_to_schemas(made, NEWEST)


@pytest.mark.parametrize("name", sorted(OVERLAYS))
def test_the_chart_makes_what_each_overlay_has(name: str) -> None:
    image = {"image": {"repository": "registry.example.org/lems-guard", "tag": "0.1.0"}}
    chart = rendered(NAMESPACE | OVERLAYS[name] | image, f"lems-guard-{name}")
    assert chart == kustomized(KUBERNETES / "overlays" / name)


@pytest.mark.parametrize("name", sorted(OVERLAYS))
def test_each_overlay_is_what_was_looked_at(name: str) -> None:
    """A change of these files is one that a cluster will see: look at it, then write it anew."""
    made = [
        each
        for each in built(KUBERNETES / "overlays" / name).split("\n---\n")
        if "\nkind: PrometheusRule\n" not in each  # which has tests of its own
    ]
    seen = (LOOKED_AT / f"{name}.yaml").read_text("utf-8")
    assert "\n---\n".join(made).strip() == seen.strip()


def held_to_schemas(found: list[Manifest], version: str) -> None:
    for each in found:
        if not each["apiVersion"].startswith((OPERATORS, GATEWAYS)):
            kubernetes_validate.validate(each, version, strict=True)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_kubernetes_own_schemas_take_them(overlay: list[Manifest], version: str) -> None:
    held_to_schemas(overlay, version)
    wrong = {
        **of(overlay, "Deployment"),
        "spec": of(overlay, "Deployment")["spec"] | {"replicaz": 3},
    }
    with pytest.raises(kubernetes_validate.ValidationError):
        held_to_schemas([wrong], version)


@pytest.mark.parametrize("kind", ["ServiceMonitor", "PrometheusRule"])
def test_the_operators_own_schemas_take_them(kind: str) -> None:
    held_to_its_own_schema(of(kustomized(KUBERNETES / "overlays/production"), kind))


def test_the_gateways_own_schema_takes_its_route(tmp_path: Path) -> None:
    held_to_its_own_schema(of(with_component("gateway", tmp_path), "HTTPRoute"))
    elsewhere = {"enabled": True, "host": "1.2.3", "name": "outer"}
    held_to_its_own_schema(of(rendered({"gateway": elsewhere}), "HTTPRoute"))
    document = of(with_component("gateway", tmp_path), "HTTPRoute")
    document["spec"]["hostnames"] = ["https://guard.example.org"]
    with pytest.raises(AssertionError, match="does not match"):
        held_to_its_own_schema(document)


def held_to_its_own_schema(document: Manifest) -> None:
    """Closed to unknown fields, as no server's is."""
    schema = json.loads((SCHEMAS / f"{document['kind'].lower()}.json").read_text("utf-8"))
    held = jsonschema.Draft202012Validator(schema)
    faults = [fault.message for fault in held.iter_errors(document)]
    assert faults == []
    with_more = {**document, "spec": document["spec"] | {"nonsense": 1}}
    assert len(list(held.iter_errors(with_more))) == 1


def test_without_the_operator_nothing_of_it_is_asked_for(base: list[Manifest]) -> None:
    assert not [each for each in base if each["apiVersion"].startswith((OPERATORS, GATEWAYS))]
    assert not [each for each in rendered({}) if each["apiVersion"].startswith(OPERATORS)]


def test_helm_finds_no_fault_in_the_chart() -> None:
    found = helm.lint(str(CHART))
    assert found["errors"] == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"tsl": "lems-guard-tls"},
        {"settings": {"JURISDICTION": "EU"}},
        {"image": {"digest": "sha256:beef"}},
        {"network": {"fhirServers": [{"host": "fhir.example.org"}]}},
        {"autoscaling": {"min": 0}},
        {"rules": {"image": "a:1", "claim": "b"}},
        {"monitoring": {"runbook": "docs#here"}},
        {"network": {"redisPort": 70000}},
        {"gateway": {"enabled": True, "host": "*.example.org"}},
        {"ingress": {"enabled": True, "host": "https://guard.example.org"}},
    ],
    ids=json.dumps,
)
def test_values_that_are_none_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(helm.HelmError):
        rendered(wrong)


def test_the_values_say_what_they_say() -> None:
    """Those that no component has."""
    digest = "sha256:" + "0" * 64
    found = rendered(
        {
            "image": {"digest": digest},
            "imagePullSecrets": ["ours"],
            "settings": {"LEMS_GUARD_JURISDICTION": "EU"},
            "secret": "shared",
            "autoscaling": {"enabled": False},
            "network": {"issuers": [{"cidr": "192.0.2.20/32", "port": 443}]},
            "monitoring": {"enabled": True, "runbook": "https://docs.example.org/guard"},
        }
    )
    deployment = of(found, "Deployment")
    (container,) = containers_of(deployment)
    assert container["image"] == f"lems-guard@{digest}"
    assert {"name": "LEMS_GUARD_JURISDICTION", "value": "EU"} in container["env"]
    secrets = [
        each["valueFrom"]["secretKeyRef"]["name"]
        for each in container["env"]
        if "valueFrom" in each
    ]
    assert set(secrets) == {"shared"}
    assert pod_of(deployment)["imagePullSecrets"] == [{"name": "ours"}]
    assert deployment["spec"]["replicas"] == 3
    assert not [each for each in found if each["kind"] == "HorizontalPodAutoscaler"]
    way = {
        "to": [{"ipBlock": {"cidr": "192.0.2.20/32"}}],
        "ports": [{"protocol": "TCP", "port": 443}],
    }
    assert way in of(found, "NetworkPolicy")["spec"]["egress"]
    for rule in alerts_of(of(found, "PrometheusRule")):
        assert rule["annotations"]["runbook_url"].startswith("https://docs.example.org/guard#")


def alerts_of(manifest: Manifest) -> list[dict[str, Any]]:
    rules = [rule for group in manifest["spec"]["groups"] for rule in group["rules"]]
    return [rule for rule in rules if "alert" in rule]


def test_two_releases_in_one_namespace_have_nothing_in_common() -> None:
    with helm.Chart.load(str(CHART)) as chart:
        texts = [
            "\n---\n".join(chart.render({}, name=name, namespace="a").values())
            for name in ("one", "two")
        ]
    one, two = ({(each["kind"], each["metadata"]["name"]) for each in documents(t)} for t in texts)
    assert not one & two
    assert "instance: two" not in texts[0]
    assert all("lems-guard" in name for _, name in one | two), "by which alerts know their jobs"


def test_a_rollout_ends_on_three_nodes(overlay: list[Manifest]) -> None:
    """One pod more than there are nodes must find a place, and an eviction must be allowed."""
    deployment = of(overlay, "Deployment")
    pod = pod_of(deployment)
    assert "requiredDuring" not in json.dumps(pod.get("affinity", {}))
    for each in pod["topologySpreadConstraints"]:
        assert each["whenUnsatisfiable"] == "ScheduleAnyway"
        assert each["matchLabelKeys"] == ["pod-template-hash"]
    strategy = deployment["spec"]["strategy"]["rollingUpdate"]
    assert (strategy["maxUnavailable"], strategy["maxSurge"]) == (0, 1)
    assert of(overlay, "PodDisruptionBudget")["spec"]["maxUnavailable"] == 1


def test_the_count_is_the_autoscalers_alone(overlay: list[Manifest]) -> None:
    assert "replicas" not in of(overlay, "Deployment")["spec"]
    scaler = of(overlay, "HorizontalPodAutoscaler")["spec"]
    assert scaler["minReplicas"] <= scaler["maxReplicas"]


def test_probes_bear_with_a_busy_process(overlay: list[Manifest]) -> None:
    (container,) = containers_of(of(overlay, "Deployment"))
    ready = container["readinessProbe"]
    assert ready["httpGet"]["path"] == "/readyz"
    assert (ready["timeoutSeconds"], ready["failureThreshold"]) == (3, 3)
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[name]["httpGet"]["port"] == "metrics", "which asks for no certificate"
        is_tls = container[name]["httpGet"].get("scheme") == "HTTPS"
        assert is_tls == any(each["name"] == "LEMS_GUARD_TLS_KEY" for each in container["env"])


def test_no_pod_may_do_what_it_need_not(overlay: list[Manifest]) -> None:
    pods = [each for each in overlay if containers_of(each)]
    assert len(pods) == 2
    for each in pods:
        pod, (container,) = pod_of(each), containers_of(each)
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["requests"]


def test_whoever_is_let_in_by_name_alone_is_not_let_in_by_production() -> None:
    found = kustomized(KUBERNETES / "overlays/production")
    (container,) = containers_of(of(found, "Deployment"))
    names = {each["name"] for each in container["env"]}
    assert "LEMS_GUARD_CALLERS" in names
    assert not names & {"LEMS_GUARD_ANONYMOUS", "LEMS_GUARD_PLAINTEXT"}


def test_the_way_out_leads_to_redis_and_not_to_ourselves(base: list[Manifest]) -> None:
    egress = of(base, "NetworkPolicy")["spec"]["egress"]
    (redis,) = (each for each in egress if each["ports"][0]["port"] == 6379)
    assert redis["to"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "redis"}}}]


def test_what_is_set_is_a_setting(tmp_path: Path) -> None:
    known = {name for name, _, _ in settings_table()}
    for component in sorted(VALUES):
        for each in with_component(component, tmp_path):
            for container in containers_of(each):
                named = {one["name"] for one in container.get("env", ())}
                assert {one for one in named if one.startswith("LEMS_GUARD_")} <= known


def test_the_pod_has_time_to_drain(base: list[Manifest]) -> None:
    pod = pod_of(of(base, "Deployment"))
    values = {each["name"]: each.get("value") for each in pod["containers"][0]["env"]}
    notice, age, calls = (
        float(values[f"LEMS_GUARD_{name}_SECONDS"])
        for name in ("DRAIN_NOTICE", "CONNECTION", "DRAIN")
    )
    drain = notice + Drain(notice, age, calls).oldest_seconds + calls
    assert pod["terminationGracePeriodSeconds"] > drain


WRITTEN = (
    "helm/lems-guard/files/rules.yaml",
    "kubernetes/components/monitoring/prometheusrule.yaml",
)


def build(folder: Path, *arguments: str) -> None:
    """Write the rules anew, in a folder like `deploy`."""
    for name in ("prometheus/build.py", "prometheus/recording.yaml", "prometheus/alerts.yaml"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((DEPLOY / name).read_bytes())
    for name in WRITTEN:
        (folder / name).parent.mkdir(parents=True)
    subprocess.run([sys.executable, folder / "prometheus/build.py", *arguments], check=True)


def test_the_rules_are_those_of_prometheus(tmp_path: Path) -> None:
    build(tmp_path)
    for name in WRITTEN:
        written = (tmp_path / name).read_text("utf-8")
        assert written == (DEPLOY / name).read_text("utf-8"), "python deploy/prometheus/build.py"
    groups = [
        group
        for name in ("recording.yaml", "alerts.yaml")
        for (document,) in [documents((DEPLOY / "prometheus" / name).read_text("utf-8"))]
        for group in document["groups"]
    ]
    made = kustomized(KUBERNETES / "overlays/production")
    assert of(made, "PrometheusRule")["spec"]["groups"] == groups


def test_links_of_alerts_lead_to_a_copy_of_ones_own(tmp_path: Path) -> None:
    build(tmp_path, "https://docs.example.org/guard")
    (document,) = documents((tmp_path / WRITTEN[1]).read_text("utf-8"))
    for rule in alerts_of(document):
        assert rule["annotations"]["runbook_url"].startswith("https://docs.example.org/guard#")


def test_every_folder_is_tried() -> None:
    assert sorted(VALUES) == sorted(path.name for path in COMPONENTS.iterdir())
    assert sorted(OVERLAYS) == sorted(path.name for path in (KUBERNETES / "overlays").iterdir())
