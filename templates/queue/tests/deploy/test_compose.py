"""compose.yaml: valid by the Compose Specification, and as shut as it says."""

from __future__ import annotations

import copy
import re
from typing import Any

import jsonschema
import pytest

from harness.deploy_files import COMPOSE, compose_schema
from harness.workspace import ROOT

SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("server", "worker")
SECRET_NAME = re.compile(r"PASSWORD|SECRET|TOKEN|KEY|_URL$")


def test_it_is_what_the_compose_specification_takes() -> None:
    jsonschema.Draft202012Validator(compose_schema()).validate(COMPOSE)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("services", "server", "read_onyl"), True),
        (("services", "server", "ports"), 8080),
        (("services", "worker", "healthcheck", "intervall"), "5s"),
        (("volume",), {}),
    ],
    ids=str,
)
def test_the_schema_would_notice(path: tuple[str, ...], value: object) -> None:
    wrong = copy.deepcopy(COMPOSE)
    place = wrong
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(compose_schema()).validate(wrong)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_has_the_least_rights(name: str) -> None:
    service = SERVICES[name]

    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"])
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc", "network_mode"} & service.keys()
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert service["restart"] == "unless-stopped"


def test_one_port_is_open_and_to_this_machine_only() -> None:
    open_ports = {
        name: service["ports"] for name, service in SERVICES.items() if "ports" in service
    }

    assert open_ports == {"server": ["127.0.0.1:8080:8080"]}


def test_the_stores_have_no_way_out() -> None:
    assert COMPOSE["networks"]["stores"]["internal"] is True
    assert SERVICES["valkey"]["networks"] == SERVICES["postgres"]["networks"] == ["stores"]


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if SECRET_NAME.search(name):
                assert re.search(r"\$\{(POSTGRES|VALKEY)_PASSWORD:\?", value), name


@pytest.mark.parametrize("name", OURS)
def test_ours_wait_for_the_stores_and_are_given_time_to_drain(name: str) -> None:
    service = SERVICES[name]

    assert {store: on["condition"] for store, on in service["depends_on"].items()} == {
        "postgres": "service_healthy",
        "valkey": "service_healthy",
    }
    assert int(service["stop_grace_period"].removesuffix("s")) > 30
    assert service["env_file"] == [{"path": ".env", "required": True}]


def test_whoever_is_scaled_has_no_name_and_no_port_of_its_own() -> None:
    assert not {"container_name", "ports", "hostname"} & SERVICES["worker"].keys()


def test_the_image_is_built_from_the_file_that_is_there() -> None:
    build = SERVICES["server"]["build"]

    assert (ROOT / build["context"] / build["dockerfile"]).is_file()
    assert SERVICES["worker"]["image"] == SERVICES["server"]["image"]
