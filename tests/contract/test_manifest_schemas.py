"""Every manifest against the schemas of Kubernetes itself, strictly: a field that it does not know is refused."""

import copy
from typing import Any

import pytest

from tests.contract import deployment as deployed
from tests.contract.deployment import K8S, SINGLE, Manifest, kubectl

KIND = "contract"

kubernetes: Any = pytest.importorskip("kubernetes_validate", reason="kubernetes-validate is not installed: make setup")

VERSIONS = ("1.31", "1.37")
"""The oldest that has everything we use (`unhealthyPodEvictionPolicy`), and the newest with a schema here."""


def named(manifest: Manifest) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", deployed.manifests(K8S), ids=named)
def test_a_manifest_is_what_kubernetes_takes(manifest: Manifest, version: str) -> None:
    assert kubernetes.validate(whole(manifest), version, strict=True) == version


@kubectl
@pytest.mark.parametrize("version", VERSIONS)
def test_the_overlay_is_what_kubernetes_takes(version: str) -> None:
    assert {kubernetes.validate(one, version, strict=True) for one in deployed.rendered(SINGLE)} == {version}


def whole(manifest: Manifest) -> Manifest:
    """A patch of a Deployment holds only what it changes; what it must hold besides is here its target's."""
    selector = {"selector": deployed.deployment()["spec"]["selector"]} if manifest["kind"] == "Deployment" else {}
    return {**manifest, "spec": {**selector, **manifest["spec"]}} if selector else manifest


@pytest.mark.parametrize("place", ["spec", "template", "pod", "container", "probe"])
def test_a_field_that_kubernetes_does_not_know_is_refused(place: str) -> None:
    broken = copy.deepcopy(deployed.deployment())
    template = broken["spec"]["template"]
    container = template["spec"]["containers"][0]
    places = {
        "spec": broken["spec"],
        "template": template,
        "pod": template["spec"],
        "container": container,
        "probe": container["livenessProbe"],
    }
    places[place]["periodSecond"] = 5
    with pytest.raises(kubernetes.ValidationError, match="periodSecond"):
        kubernetes.validate(broken, VERSIONS[-1], strict=True)
