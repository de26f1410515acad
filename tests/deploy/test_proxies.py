"""Caddy and nginx before the webhook: accepted by their own tools, and open for nothing but Telegram's posts."""

import re
import ssl
import subprocess
from pathlib import Path
from typing import Any

import crossplane
import pytest

from bot.platforms.telegram.webhook import _LARGEST
from bot.settings import Settings
from tests.deploy.files import DEPLOY, accepts, text_of, tool

PATH = "/telegram/updates"
LISTENS = str(Settings.model_fields["telegram_listen"].default)
_CERTIFICATE = re.compile(r"/etc/letsencrypt/live/vigie\.example\.org/(fullchain|privkey)\.pem")


@pytest.fixture
def nginx(tmp_path: Path) -> Path:
    """A whole configuration of nginx around ours, with a certificate that is there."""
    own = tmp_path / "vigie.conf"
    own.write_text(_CERTIFICATE.sub(lambda found: str(tmp_path / f"{found[1]}.pem"), text_of("nginx/vigie.conf")))
    folders = " ".join(f"{kind}_temp_path {tmp_path};" for kind in ("proxy", "client_body", "fastcgi", "uwsgi", "scgi"))
    around = tmp_path / "nginx.conf"
    around.write_text(f"pid {tmp_path}/pid; events {{}}\nhttp {{ access_log off; {folders} include {own}; }}\n")
    return around


def parsed(path: Path) -> list[dict[str, Any]]:
    """Return the directives of a configuration, as nginx's own parser for Python reads them."""
    found: dict[str, Any] = crossplane.parse(str(path), strict=True, single=False, check_ctx=True, check_args=True)
    assert found["status"] == "ok", found["errors"]
    return [directive for each in found["config"] for directive in each["parsed"]]


def block(directives: list[dict[str, Any]], name: str, *arguments: str) -> list[dict[str, Any]]:
    [found] = [each for each in directives if each["directive"] == name and each["args"] == list(arguments)]
    inner: list[dict[str, Any]] = found["block"]
    return inner


def arguments(directives: list[dict[str, Any]], name: str) -> list[str]:
    [found] = [each["args"] for each in directives if each["directive"] == name]
    return list(found)


def test_nginx_accepts_its_configuration(nginx: Path) -> None:
    program = tool("nginx")
    names = {"-keyout": nginx.with_name("privkey.pem"), "-out": nginx.with_name("fullchain.pem")}
    made = [str(each) for pair in names.items() for each in pair]
    subject = ["-subj", "/CN=vigie.example.org", "-days", "1"]
    subprocess.run(
        [tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", *made, *subject],
        check=True,
        capture_output=True,
    )
    accepts([program, "-t", "-p", str(nginx.parent), "-c", str(nginx), "-e", "stderr"])


def test_nginx_passes_on_telegram_s_posts_alone(nginx: Path) -> None:
    directives = parsed(nginx)
    assert arguments(block(directives, "upstream", "vigie"), "server")[0] == LISTENS
    server = block(directives, "server")
    assert [each["args"] for each in server if each["directive"] == "listen"] == [
        ["443", "ssl", "http2"],
        ["[::]:443", "ssl", "http2"],
    ]
    passed_on = block(server, "location", "=", PATH)
    assert arguments(passed_on, "proxy_pass") == ["http://vigie"]
    assert arguments(passed_on, "client_max_body_size") == [f"{_LARGEST >> 20}m"]
    assert block(passed_on, "limit_except", "POST")[0]["args"] == ["all"]
    assert arguments(block(server, "location", "/"), "return") == ["404"]


def test_nginx_speaks_no_version_of_tls_that_is_over(nginx: Path) -> None:
    protocols = arguments(block(parsed(nginx), "server"), "ssl_protocols")
    assert protocols == ["TLSv1.2", "TLSv1.3"]
    assert {each.replace(".", "_") for each in protocols} <= {version.name for version in ssl.TLSVersion}


def test_caddy_accepts_its_configuration() -> None:
    program = tool("caddy")
    accepts([program, "validate", "--adapter", "caddyfile", "--config", "caddy/Caddyfile"])
    assert accepts([program, "fmt", "caddy/Caddyfile"]) == text_of("caddy/Caddyfile")


def test_caddy_passes_on_telegram_s_posts_alone() -> None:
    text = text_of("caddy/Caddyfile")
    assert text.count("{") == text.count("}")
    assert f"path {PATH}" in text
    assert "method POST" in text
    assert text.count("reverse_proxy") == 1
    assert f"reverse_proxy {{$VIGIE_UPSTREAM:{LISTENS}}}" in text
    assert "max_size 1MB" in text
    assert re.search(r"handle \{\s+respond 404", text)


def test_the_documents_and_the_proxies_name_the_same_address() -> None:
    address = f"https://vigie.example.org{PATH}"
    for name in ("README.md", "nginx/vigie.conf", "caddy/Caddyfile", "vigie.env.example"):
        assert address in (DEPLOY / name).read_text(encoding="utf-8"), name
