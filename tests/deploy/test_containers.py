"""The image and the services: linted by their own tools, hardened, pinned, and made of what is there."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from bot.settings import Settings
from tests.deploy.files import DEPLOY, ROOT, accepts, text_of, tool, yaml_of
from tests.platforms.telegram.process import free_port

DOCKERFILE = text_of("Dockerfile")
COMPOSE: dict[str, Any] = yaml_of("compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def instructions(name: str) -> list[str]:
    """Return the arguments of all instructions of a name in the Dockerfile, each on one line."""
    joined = DOCKERFILE.replace("\\\n", " ")
    return [line.split(maxsplit=1)[1] for line in joined.splitlines() if line.startswith(f"{name} ")]


def volumes_of(service: dict[str, Any]) -> dict[str, str]:
    """Return what a service mounts, by the path within."""
    return {each.split(":")[1]: each for each in service.get("volumes", [])}


def test_the_dockerfile_is_accepted_by_its_linter() -> None:
    accepts([tool("hadolint"), "Dockerfile"])


def test_the_services_are_of_the_form_that_compose_has() -> None:
    accepts([tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", "compose.yaml"])


def test_every_image_is_pinned_by_its_version() -> None:
    [version] = instructions("ARG")
    assert re.fullmatch(r"PYTHON=3\.11\.\d+", version)
    assert all("${PYTHON}" in each for each in instructions("FROM"))
    for name, service in SERVICES.items():
        if "build" not in service:
            assert re.search(r":v?\d+\.\d+(\.\d+)?(-[a-z]+)?$", service["image"]), name
    assert ":latest" not in DOCKERFILE + text_of("compose.yaml")


def test_the_image_takes_only_libraries_whose_hashes_are_known() -> None:
    runs = " && ".join(instructions("RUN"))
    installs = [each for each in re.split(r"&&|;", runs) if "pip install" in each]
    assert installs
    assert all("--require-hashes" in each or "--no-deps --no-build-isolation" in each for each in installs)


def test_the_image_is_made_of_what_is_there_and_of_nothing_else() -> None:
    copied = [part for each in instructions("COPY") if "--from" not in each for part in each.split()[:-1]]
    assert {"bot", "knowledge", "prompts", "requirements.lock", "pyproject.toml"} <= set(copied)
    assert all((ROOT / each).exists() for each in copied)
    first, *let_in = [each for each in text_of("Dockerfile.dockerignore").splitlines() if each[:1] not in {"#", ""}]
    assert first == "*"
    assert {each[1:] for each in let_in if each.startswith("!")} == set(copied)


def test_the_container_runs_as_nobody_in_particular() -> None:
    assert instructions("USER") == ["10001:10001"]
    assert instructions("STOPSIGNAL") == ["SIGTERM"]
    assert not any(word in DOCKERFILE for word in ("TOKEN", "curl", "sudo", "--privileged"))


def test_what_is_kept_stands_in_volumes() -> None:
    environment = dict(each.split("=", 1) for text in instructions("ENV") for each in text.split())
    kept = json.loads(instructions("VOLUME")[0])
    for name, within in (("VIGIE_DATABASE", "/data"), ("VIGIE_CACHE", "/cache"), ("MPLCONFIGDIR", "/cache")):
        assert environment[name].startswith(within)
        assert within in kept
        assert within in volumes_of(SERVICES["vigie"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_do_no_more_than_it_has_to(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["restart"] == "unless-stopped"
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert not {"privileged", "network_mode", "pid", "devices"} & set(service)
    assert "docker.sock" not in json.dumps(service)


def test_vigie_has_no_capability_and_no_port() -> None:
    assert not {"cap_add", "ports", "profiles"} & set(SERVICES["vigie"])


def test_only_what_encrypts_is_published_beyond_the_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published.pop("caddy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_every_file_and_volume_that_a_service_mounts_is_there() -> None:
    for name, service in SERVICES.items():
        for source in (each.split(":")[0] for each in service.get("volumes", [])):
            is_secret = source.startswith("./secrets")
            assert is_secret or source in COMPOSE["volumes"] or (DEPLOY / source).exists(), (name, source)
        for secret in service.get("secrets", []):
            assert secret in COMPOSE["secrets"], name


def test_no_secret_stands_in_a_file_that_is_shared() -> None:
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            is_secret = re.search(r"TOKEN|PASSWORD|SECRET", key)
            assert not is_secret or value.startswith("/run/secrets/"), (name, key)
    ignored = text_of(".gitignore").split()
    assert {".env", "vigie.env", "secrets/"} <= set(ignored)
    for each in COMPOSE["secrets"].values():
        assert each["file"].startswith("./secrets/")


def test_the_example_holds_settings_that_there_are_and_no_token() -> None:
    lines = [line.lstrip("#") for line in text_of("vigie.env.example").splitlines() if re.match(r"#?VIGIE_", line)]
    assert lines
    for line in lines:
        name, value = line.split("=", 1)
        assert name.removeprefix("VIGIE_").lower() in Settings.model_fields
        if "TOKEN" in name:
            assert value.startswith("/run/secrets/vigie/")
    assert "/run/secrets/vigie" in volumes_of(SERVICES["vigie"])


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Answer `/readyz` on a free port of this machine, in the way of `vigie run`."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/readyz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            pass

    server = HTTPServer(("127.0.0.1", free_port()), Door)
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def looks(port: int) -> int:
    """Run what the image looks at its health with, against a port; return its exit code."""
    [found] = re.findall(r"HEALTHCHECK .*?CMD (\[.*\])", DOCKERFILE.replace("\\\n", " "))
    program, *arguments = json.loads(found)
    assert program == "python"
    told = [each.replace("8082", str(port)) for each in arguments]
    away = {"HTTP_PROXY": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"}
    command = [sys.executable, *told]
    return subprocess.run(command, capture_output=True, env=away, timeout=20, check=False).returncode


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_health_is_looked_at_without_any_other_program_or_proxy(status: int, code: int) -> None:
    with answering(status) as port:
        assert looks(port) == code


def test_where_nobody_answers_the_container_is_not_healthy() -> None:
    assert looks(free_port()) == 1
