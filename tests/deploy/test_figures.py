"""What Prometheus gathers and Grafana draws: accepted by their own tools, and made of figures that there are."""

import json
import re
from collections.abc import Iterator
from typing import Any

import promql_parser
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.core.messages import DueKind, Status
from bot.operating.figures import Depth, Link, Stage, State, Trouble
from bot.operating.metrics import Metrics
from tests.deploy.files import DEPLOY, accepts, text_of, tool, yaml_of

DASHBOARD: dict[str, Any] = json.loads(text_of("grafana/dashboards/vigie.json"))
RULES: list[dict[str, Any]] = [rule for group in yaml_of("alerts.yaml")["groups"] for rule in group["rules"]]
DRAWN = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
ASKED = [*DRAWN, *(rule["expr"] for rule in RULES)]
PLATFORMS = ("telegram", "discord")


def names_in(expression: Any) -> Iterator[str]:
    """Yield the figures that an expression asks for."""
    if isinstance(expression, promql_parser.VectorSelector):
        yield str(expression.name)
    elif isinstance(expression, promql_parser.Call):
        for each in expression.args:
            yield from names_in(each)
    elif isinstance(expression, promql_parser.BinaryExpr):
        yield from names_in(expression.lhs)
        yield from names_in(expression.rhs)
    elif isinstance(expression, promql_parser.MatrixSelector):
        yield from names_in(expression.vector_selector)
    elif isinstance(expression, promql_parser.AggregateExpr | promql_parser.ParenExpr):
        yield from names_in(expression.expr)


def names_asked() -> set[str]:
    return {name for each in ASKED for name in names_in(promql_parser.parse(each))}


def test_prometheus_accepts_its_configuration_and_its_alerts() -> None:
    accepts([tool("promtool"), "check", "config", "prometheus.yaml"])


@pytest.mark.parametrize("expression", ASKED)
def test_every_expression_is_one_that_asks_for_something(expression: str) -> None:
    assert list(names_in(promql_parser.parse(expression)))


def test_every_figure_that_is_asked_for_is_one_that_vigie_tells() -> None:
    state = State(dict.fromkeys(PLATFORMS, Link.CONNECTED), is_writable=True, inbox=dict.fromkeys(PLATFORMS, Depth()))
    told = list(text_string_to_metric_families(Metrics().told(state).decode()))
    known = {sample.name for family in told for sample in family.samples}
    # A counter of platforms and kinds begins with the first event.
    known |= {f"{family.name}_total" for family in told if family.type == "counter"}
    assert names_asked() - known == {"up"}


def test_whatever_is_picked_out_by_a_label_is_there_to_be_picked() -> None:
    kinds = {*Stage, *Trouble, *Status, *DueKind, "vigie"}
    assert set(re.findall(r'"(\w+)"', " ".join(ASKED))) <= set(map(str, kinds))


def test_the_figures_that_matter_are_drawn() -> None:
    drawn = " ".join(DRAWN)
    for name in names_asked():
        assert name in drawn


def test_no_two_panels_share_a_place_or_a_number() -> None:
    places = [
        (x, y)
        for panel in DASHBOARD["panels"]
        for at in [panel["gridPos"]]
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(numbers) == len(set(numbers))


def test_the_dashboard_is_drawn_from_the_source_that_is_set_up() -> None:
    [source] = yaml_of("grafana/provisioning/datasources/prometheus.yaml")["datasources"]
    uids = set(re.findall(r'"datasource":\s*\{\s*"type": "prometheus",\s*"uid": "([^"]+)"', json.dumps(DASHBOARD)))
    assert uids == {source["uid"]}
    services = yaml_of("compose.yaml")["services"]
    host = re.fullmatch(r"http://(\w+):9090", source["url"])
    assert host is not None
    assert host[1] in services
    [provider] = yaml_of("grafana/provisioning/dashboards/vigie.yaml")["providers"]
    assert f"./grafana/dashboards:{provider['options']['path']}:ro" in services["grafana"]["volumes"]


def test_prometheus_looks_where_vigie_listens() -> None:
    [job] = yaml_of("prometheus.yaml")["scrape_configs"]
    [found] = job["dns_sd_configs"]
    vigie = yaml_of("compose.yaml")["services"][found["names"][0]]
    assert vigie["environment"]["VIGIE_HEALTH_LISTEN"] == f"0.0.0.0:{found['port']}"
    assert all(f'job="{job["job_name"]}"' in each for each in ASKED if re.search(r"\bup\b|process_", each))
    for each in yaml_of("prometheus.yaml")["rule_files"]:
        assert (DEPLOY / each).is_file()


def test_what_to_do_about_each_alert_is_said() -> None:
    guide = text_of("README.md")
    for rule in RULES:
        assert f"| `{rule['alert']}` |" in guide
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}


def test_no_figure_tells_of_a_person_or_a_community() -> None:
    labels = set(re.findall(r"(?:by \(|\{\{)\s*([\w, $.]+?)\s*(?:\)|\}\})", " ".join(ASKED)))
    named = {each.strip() for group in labels for each in group.split(",")}
    assert named <= {"le", "platform", "kind", "outcome", "stage"}
