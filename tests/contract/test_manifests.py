"""The Kubernetes manifests: what they name is there, and nothing in them is looser than it must be."""

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from server.environment import WrongSetting, read_settings
from server.pages.stream import HEARTBEAT_S as STREAM_BEAT
from server.signaling.socket import HEARTBEAT_S as SOCKET_BEAT
from tests.contract import deployment as deployed
from tests.contract.deployment import K8S, SINGLE, Manifest, kubectl
from tests.contract.source import ROOT

KIND = "contract"

NAME = {"app.kubernetes.io/name": "nightlight"}
INSIDE = {"/healthz", "/healthz/pager", "/metrics"}
"""Routes for the cluster alone."""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the manifests, to break."""
    return Path(shutil.copytree(K8S, tmp_path / "k8s"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# Names of settings.


def test_every_environment_name_is_a_setting() -> None:
    assert len(deployed.settings(K8S)) > 6
    assert len(list(deployed.variables(K8S))) > 4
    assert deployed.strange_names(K8S) == set()


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("base/deployment.yaml", "NIGHTLIGHT_TURN_SECRET"),
        ("base/settings.env", "NIGHTLIGHT_ESCALATION"),
        ("overlays/single/settings.env", "NIGHTLIGHT_PUBLIC_URL"),
        ("components/postgresql/deployment.yaml", "NIGHTLIGHT_DATABASE_URL"),
    ],
)
def test_a_misspelled_environment_name_is_found(copy: Path, file: str, name: str) -> None:
    wrong = f"{name[:-1]}X"
    replace(copy / file, name, wrong)
    assert deployed.strange_names(copy) == {wrong}


def test_the_service_takes_the_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "escalation.yaml").touch()
    here = {"NIGHTLIGHT_ESCALATION": str(tmp_path / "escalation.yaml"), "NIGHTLIGHT_TURN_SECRET": "of a test"}
    for name, value in {**deployed.settings(K8S), **here}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.delenv("DATA", raising=False)
    settings = read_settings()
    assert settings.https
    assert len(settings.turn) == 2
    monkeypatch.delenv("NIGHTLIGHT_TURN_SECRET")
    with pytest.raises(WrongSetting, match="NIGHTLIGHT_TURN_SECRET"):
        read_settings()


# Secrets.


def test_no_secret_stands_in_a_file() -> None:
    assert deployed.open_secrets(K8S) == set()


def test_a_secret_in_a_file_is_found(copy: Path) -> None:
    replace(copy / "base/settings.env", "NIGHTLIGHT_PORT=8080", "NIGHTLIGHT_LLM_KEY=sk-1")
    reference = "valueFrom:\n                secretKeyRef: {name: nightlight, key: master-key}"
    replace(copy / "base/deployment.yaml", reference, "value: AAAA")
    replace(copy / "base/kustomization.yaml", "configMapGenerator:", "secretGenerator: []\nconfigMapGenerator:")
    assert deployed.open_secrets(copy) == {
        "NIGHTLIGHT_LLM_KEY",
        "NIGHTLIGHT_MASTER_KEY",
        str(copy / "base/kustomization.yaml"),
    }


def test_the_records_are_never_elsewhere_by_mistake() -> None:
    """An address that is missing must not mean new, empty records on the volume; nor a missing key a new key."""
    needed = {"NIGHTLIGHT_MASTER_KEY", "NIGHTLIGHT_DATABASE_URL"}
    found = {name: entry["valueFrom"]["secretKeyRef"] for name, entry in deployed.variables(K8S) if name in needed}
    assert found.keys() == needed
    assert [name for name, reference in found.items() if reference.get("optional")] == []


# What the pod may do.


def too_loose(workload: Manifest) -> set[str]:
    """What the restricted profile (kubernetes.io, "Pod Security Standards") or this project does not allow."""
    pod = deployed.pod(workload)
    found = {key for key in ("hostNetwork", "hostPID", "hostIPC") if pod.get(key)}
    found |= {"token"} - {"token" if pod.get("automountServiceAccountToken") is False else ""}
    found |= {"service links"} - {"service links" if pod.get("enableServiceLinks") is False else ""}
    found |= {volume["name"] for volume in pod.get("volumes", []) if "hostPath" in volume}
    found |= {
        "sysctl" for one in pod["securityContext"].get("sysctls", []) if not one["name"].startswith("net.ipv4.ip_")
    }
    contexts = [("pod", pod["securityContext"])]
    contexts += [
        (one["name"], {**pod["securityContext"], **one["securityContext"]}) for one in deployed.containers(workload)
    ]
    found |= {name for name, context in contexts if not _is_user_without_rights(context)}
    return found | {one["name"] for one in deployed.containers(workload) if not _is_locked(one["securityContext"])}


def _is_user_without_rights(context: Manifest) -> bool:
    user = context.get("runAsNonRoot") is True and context.get("runAsUser", 0) > 0
    return user and context.get("seccompProfile") == {"type": "RuntimeDefault"}


def _is_locked(context: Manifest) -> bool:
    wanted: Manifest = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    return wanted.items() <= context.items() and not context.get("privileged")


def test_the_pod_is_within_the_restricted_profile() -> None:
    assert too_loose(deployed.deployment()) == set()
    (namespace,) = deployed.of_kind(K8S, "Namespace")
    assert namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", {"models", "nightlight"}),
        ("drop: [ALL]", "drop: [NET_RAW]", {"models", "nightlight"}),
        ("runAsUser: 10001", "runAsUser: 0", {"pod", "models", "nightlight"}),
        ("type: RuntimeDefault", "type: Unconfined", {"pod"}),
        ("enableServiceLinks: false", "hostNetwork: true", {"service links", "hostNetwork"}),
    ],
)
def test_a_looser_pod_is_found(copy: Path, old: str, new: str, what: set[str]) -> None:
    replace(copy / "base/deployment.yaml", old, new)
    assert too_loose(deployed.deployment(copy / "base")) == what


def test_there_is_one_pod_at_a_time() -> None:
    """Check-ins live in its process, and whoever starts takes up the unfinished ones."""
    specification = deployed.deployment()["spec"]
    (claim,) = deployed.of_kind(K8S, "PersistentVolumeClaim")
    assert (specification["replicas"], specification["strategy"]) == (1, {"type": "Recreate"})
    assert claim["spec"]["accessModes"] == ["ReadWriteOncePod"]
    assert deployed.of_kind(K8S, "HorizontalPodAutoscaler") == []


def test_everything_the_service_writes_to_is_a_volume() -> None:
    (container,) = deployed.pod(deployed.deployment())["containers"]
    mounted = {one["mountPath"] for one in container["volumeMounts"] if not one.get("readOnly")}
    named = {deployed.settings(K8S)[name] for name in ("NIGHTLIGHT_DATA", "NIGHTLIGHT_MODEL_CACHE")}
    assert mounted == named | {"/tmp"}  # noqa: S108  the path in the container
    (paging,) = [one["mountPath"] for one in container["volumeMounts"] if one.get("readOnly")]
    assert Path(deployed.settings(K8S)["NIGHTLIGHT_ESCALATION"]).parent == Path(paging)


def test_every_mount_is_of_a_volume_that_is_there() -> None:
    volumes = {volume["name"]: volume for volume in deployed.pod(deployed.deployment())["volumes"]}
    mounts = {one["name"] for box in deployed.containers(deployed.deployment()) for one in box["volumeMounts"]}
    assert mounts == volumes.keys()
    (claim,) = deployed.of_kind(K8S, "PersistentVolumeClaim")
    assert volumes["data"]["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]
    # The service refuses a file about paging that everybody may read.
    assert volumes["paging"]["secret"]["defaultMode"] & 0o007 == 0


# Ways in and out.


def test_probes_ask_for_what_is_served() -> None:
    (container,) = deployed.pod(deployed.deployment())["containers"]
    probes = [container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert {probe["path"] for probe in probes} <= deployed.routes()
    assert {ports[probe["port"]] for probe in probes} == {int(deployed.settings(K8S)["NIGHTLIGHT_PORT"])}
    # A page that is late is no reason to end the calls that run.
    assert container["livenessProbe"]["httpGet"]["path"] != "/healthz/pager"


def test_the_ingress_leads_to_every_page_and_not_to_the_health() -> None:
    (ingress,) = deployed.of_kind(K8S, "Ingress")
    (rule,) = ingress["spec"]["rules"]
    paths = [one["path"] for one in rule["http"]["paths"]]

    def led_to(route: str) -> bool:
        return any(f"{route}/".startswith(f"{path}/") for path in paths)

    assert {route for route in deployed.routes() if not led_to(route)} == INSIDE
    assert [path for path in paths if not any(f"{route}/".startswith(f"{path}/") for route in deployed.routes())] == []


def test_the_ingress_is_the_address_that_patients_are_given() -> None:
    (ingress,) = deployed.of_kind(K8S, "Ingress")
    hosts = [rule["host"] for rule in ingress["spec"]["rules"]]
    assert [f"https://{host}" for host in hosts] == [deployed.settings(SINGLE)["NIGHTLIGHT_PUBLIC_URL"]]
    assert [host for entry in ingress["spec"]["tls"] for host in entry["hosts"]] == hosts


def test_the_ingress_waits_longer_than_a_quiet_line_is_silent() -> None:
    (ingress,) = deployed.of_kind(K8S, "Ingress")
    limits = [value for name, value in ingress["metadata"]["annotations"].items() if "timeout" in name]
    assert len(limits) > 5
    assert [value for value in limits if int(value.rstrip("s")) <= 2 * max(STREAM_BEAT, SOCKET_BEAT)] == []


def backends() -> list[tuple[str, str]]:
    (ingress,) = deployed.of_kind(K8S, "Ingress")
    paths = [path for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    services = [path["backend"]["service"] for path in paths]
    return [(service["name"], service["port"]["name"]) for service in services]


def test_the_ingress_leads_to_the_service_and_the_service_to_the_pod() -> None:
    (service,) = deployed.of_kind(K8S, "Service")
    (container,) = deployed.pod(deployed.deployment())["containers"]
    ports = {port["name"] for port in container["ports"]}
    assert set(backends()) == {(service["metadata"]["name"], port["name"]) for port in service["spec"]["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports


def test_whatever_selects_the_pod_finds_it() -> None:
    labels = deployed.deployment()["spec"]["template"]["metadata"]["labels"]
    (service,) = deployed.of_kind(K8S, "Service")
    (budget,) = deployed.of_kind(K8S, "PodDisruptionBudget")
    policies = [policy["spec"]["podSelector"].get("matchLabels") for policy in deployed.of_kind(K8S, "NetworkPolicy")]
    assert labels == NAME
    assert service["spec"]["selector"] == budget["spec"]["selector"]["matchLabels"] == NAME
    assert policies == [None, NAME, NAME]


def policy(name: str) -> Manifest:
    (found,) = [one for one in deployed.of_kind(K8S, "NetworkPolicy") if one["metadata"]["name"] == name]
    return found


def test_nothing_goes_in_or_out_that_is_not_named() -> None:
    assert policy("deny-all")["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    rules = [*policy("nightlight")["spec"]["ingress"], *policy("nightlight")["spec"]["egress"]]
    assert [rule for rule in rules if not rule.get("ports")] == []


def test_the_ports_of_the_media_are_those_that_the_system_gives() -> None:
    """The service opens its sockets on port 0, so the pod's own range decides."""
    (sysctl,) = deployed.pod(deployed.deployment())["securityContext"]["sysctls"]
    ports = [
        port for rule in policy("nightlight")["spec"]["ingress"] for port in rule["ports"] if port["protocol"] == "UDP"
    ]
    assert sysctl["name"] == "net.ipv4.ip_local_port_range"
    assert [f"{port['port']} {port['endPort']}" for port in ports] == [sysctl["value"]]


def test_the_service_cannot_reach_into_the_cluster() -> None:
    """A page names addresses to the service; whatever it names, the cloud's metadata and other pods stay out of reach."""
    blocks = [to["ipBlock"] for rule in policy("nightlight")["spec"]["egress"] for to in rule["to"] if "ipBlock" in to]
    left_out = {network for block in blocks for network in block["except"]}
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10"} <= left_out


# Kustomize.


def kustomization(path: Path) -> Any:
    (found,) = deployed.documents(path)
    return found


@pytest.mark.parametrize("path", deployed.kustomizations(K8S), ids=lambda path: path.parent.name)
def test_a_kustomization_names_what_is_there(path: Path) -> None:
    content = kustomization(path)
    named = [*content.get("resources", []), *(patch["path"] for patch in content.get("patches", []))]
    named += [file for generator in content.get("configMapGenerator", []) for file in generator["envs"]]
    assert [name for name in named if not (path.parent / name).exists()] == []
    own = {file.name for file in path.parent.iterdir() if file.is_file()} - {path.name}
    assert own == {name for name in named if not name.startswith("..")}


def test_a_patch_has_a_target() -> None:
    base = {(one["kind"], one["metadata"]["name"]) for one in deployed.manifests(K8S / "base")}
    paths = [
        path.parent / patch["path"]
        for path in deployed.kustomizations(K8S)
        for patch in kustomization(path).get("patches", [])
    ]
    patches = {(one["kind"], one["metadata"]["name"]) for path in paths for one in deployed.documents(path)}
    assert patches == {("Deployment", "nightlight")}
    assert patches <= base


def test_the_image_is_of_this_version() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        version = tomllib.load(file)["project"]["version"]
    (image,) = kustomization(SINGLE / "kustomization.yaml")["images"]
    assert image["newTag"] == version
    assert {container["image"] for container in deployed.containers(deployed.deployment())} == {image["name"]}


@kubectl
def test_the_overlay_is_rendered() -> None:
    found = {manifest["kind"]: manifest for manifest in deployed.rendered(SINGLE)}
    box = deployed.pod(found["Deployment"])["containers"][0]
    assert {manifest["metadata"].get("namespace") for manifest in found.values()} == {None, "nightlight"}
    assert box["image"] == "images.example.org/nightlight:0.1.0"
    assert box["envFrom"] == [{"configMapRef": {"name": found["ConfigMap"]["metadata"]["name"]}}]
    assert found["ConfigMap"]["data"] == deployed.settings(K8S)
    assert len(found) == 9


def with_component(copy: Path, name: str) -> dict[str, Manifest]:
    """What the overlay becomes with one more of its lines, by kind."""
    overlay = copy / "overlays/single"
    replace(overlay / "kustomization.yaml", f"# - ../../components/{name}", f"- ../../components/{name}")
    return {f"{one['kind']} {one['metadata']['name']}": one for one in deployed.rendered(overlay)}


@kubectl
def test_postgresql_is_a_line_in_the_overlay(copy: Path) -> None:
    found = with_component(copy, "postgresql")
    entries = deployed.pod(found["Deployment nightlight"])["containers"][0]["env"]
    assert {"NIGHTLIGHT_DATABASE_URL", "NIGHTLIGHT_MASTER_KEY"} <= {entry["name"] for entry in entries}
    assert "NetworkPolicy nightlight-postgresql" in found
    assert len(found) == len(deployed.rendered(SINGLE)) + 1


@kubectl
def test_maintenance_is_the_same_pod_without_the_service(copy: Path) -> None:
    idle = with_component(copy, "maintenance")["Deployment nightlight"]
    (before,) = [one for one in deployed.rendered(SINGLE) if one["kind"] == "Deployment"]
    (old,), (new,) = deployed.pod(before)["containers"], deployed.pod(idle)["containers"]
    assert new.keys() ^ old.keys() == {"command", "args", "startupProbe", "livenessProbe", "readinessProbe"}
    assert new["command"][0] == "sh"
    assert {key: new[key] for key in new.keys() & old.keys()} == {key: old[key] for key in new.keys() & old.keys()}
    assert too_loose(idle) == set()
