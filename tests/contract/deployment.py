"""What `k8s/` and the Containerfile say, as the contract tests read them."""

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.config import Settings
from server.environment import names_of
from server.record.master_key import OLD_VARIABLE as OLD_MASTER_KEY
from server.record.master_key import VARIABLE as MASTER_KEY
from tests.contract.source import ROOT, called, modules, tree

K8S = ROOT / "k8s"
CONTAINERFILE = ROOT / "Containerfile"
SINGLE = K8S / "overlays" / "single"

kubectl = pytest.mark.skipif(
    shutil.which("kubectl") is None, reason="kubectl, which brings kustomize, is not installed"
)

Manifest = dict[str, Any]

_ROUTERS = {"add_get", "add_post", "add_page", "get", "post"}
_ASSIGNED = re.compile(r"\b([A-Z][A-Z0-9_]*)=(\S*)")


def kustomizations(folder: Path) -> list[Path]:
    return sorted(folder.rglob("kustomization.yaml"))


def documents(path: Path) -> list[Manifest]:
    return [document for document in yaml.safe_load_all(path.read_text("utf-8")) if document]


def manifests(folder: Path) -> list[Manifest]:
    """Everything that is applied to a cluster, patches included; without what only kustomize reads."""
    files = sorted(set(folder.rglob("*.yaml")) - set(kustomizations(folder)))
    return [document for path in files for document in documents(path)]


def rendered(overlay: Path) -> list[Manifest]:
    """What kustomize makes of an overlay."""
    command = ("kubectl", "kustomize", str(overlay))
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(done.stdout))


def of_kind(folder: Path, kind: str) -> list[Manifest]:
    return [manifest for manifest in manifests(folder) if manifest["kind"] == kind]


def deployment(folder: Path = K8S / "base") -> Manifest:
    """The one of the base."""
    (found,) = of_kind(folder, "Deployment")
    return found


def pod(workload: Manifest) -> Manifest:
    """The pod's own specification."""
    specification: Manifest = workload["spec"]["template"]["spec"]
    return specification


def containers(workload: Manifest) -> list[Manifest]:
    return [*pod(workload).get("initContainers", []), *pod(workload)["containers"]]


def env_file(path: Path) -> dict[str, str]:
    """As kustomize reads it: a name and a value a line, comments apart."""
    lines = [line for line in path.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def settings(folder: Path) -> dict[str, str]:
    """What every `*.env` file there sets."""
    return {name: value for path in sorted(folder.rglob("*.env")) for name, value in env_file(path).items()}


def variables(folder: Path) -> Iterator[tuple[str, Manifest]]:
    """Every environment variable of every container, with how it gets its value."""
    for workload in of_kind(folder, "Deployment"):
        for container in containers(workload):
            yield from ((entry["name"], entry) for entry in container.get("env", []))


def image_variables(containerfile: str) -> dict[str, str]:
    """Everything the Containerfile puts into an environment, in ENV or before a command."""
    lines = containerfile.replace("\\\n", " ").splitlines()
    return {
        name: value for line in lines if line.startswith(("ENV ", "RUN ")) for name, value in _ASSIGNED.findall(line)
    }


def setting_names() -> set[str]:
    """Every variable that the service reads."""
    return {MASTER_KEY, OLD_MASTER_KEY, *(name for field in Settings.model_fields for name in names_of(field))}


def secret_names() -> set[str]:
    """Those that hold a secret: what the settings do not print, the master key, and the records' address with its password."""
    hidden = {field for field, info in Settings.model_fields.items() if not info.repr}
    return {MASTER_KEY, OLD_MASTER_KEY, *(name for field in (*hidden, "database_url") for name in names_of(field))}


def strange_names(folder: Path) -> set[str]:
    """Environment names under this folder that no setting has."""
    return {*settings(folder), *(name for name, _ in variables(folder))} - setting_names()


def open_secrets(folder: Path) -> set[str]:
    """Secrets that stand there themselves, or could, where only a reference may."""
    written = {name for name, entry in variables(folder) if "secretKeyRef" not in entry.get("valueFrom", {})}
    generated = {str(path) for path in kustomizations(folder) if "secretGenerator" in documents(path)[0]}
    made = {f"Secret {manifest['metadata']['name']}" for manifest in of_kind(folder, "Secret")}
    return {*((written | settings(folder).keys()) & secret_names()), *generated, *made}


def routes() -> set[str]:
    """Every path that some module of the service serves, as it is written there; what the workbench plays is no part of it."""
    found: set[str] = set()
    for module in (one for one in modules("server") if "workbench" not in one.parts):
        for node in ast.walk(tree(module)):
            match node:
                case ast.Call(args=arguments) if called(node) in _ROUTERS:
                    found |= {path for argument in arguments if (path := _path(argument))}
                case ast.Assign(targets=[ast.Name(id=name)], value=value) if name.isupper() and (path := _path(value)):
                    found.add(path)
    return found


def _path(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)) if text.startswith("/"):
            return text
        case _:
            return ""
