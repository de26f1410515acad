"""The figures, as Prometheus reads them: how many and how long, by platform and kind; never by person or community."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from bot import __version__
from bot.core.commands import read_command
from bot.core.messages import Due, DueKind, Incoming, Outgoing, Status
from bot.operating.figures import Figures, Link, Stage, State, Trouble

_FAILURE = "failure"
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class Metrics(Figures):
    """Counts what it hears, in a registry of its own."""

    def __init__(self) -> None:
        registry = CollectorRegistry(auto_describe=False)
        self._registry = registry
        self._events = Counter("vigie_events", "Events answered.", ("platform", "kind"), registry=registry)
        self._questions = Counter("vigie_questions", "What became of questions.", ("outcome",), registry=registry)
        self._stages = Histogram(
            "vigie_stage_seconds", "How long answering takes.", ("stage",), registry=registry, buckets=_BUCKETS
        )
        self._troubles = Counter(
            "vigie_platform_errors", "What went wrong with a platform.", ("platform", "kind"), registry=registry
        )
        self._due = Counter("vigie_due", "Messages that fell due.", ("kind",), registry=registry)
        self._sent = Counter("vigie_sent", "Messages that fell due and were sent.", ("kind",), registry=registry)
        ProcessCollector(registry=registry)
        # A figure that begins at nothing does not tell Prometheus of the first time.
        for outcome in (*Status, _FAILURE):
            self._questions.labels(outcome)
        for stage in Stage:
            self._stages.labels(stage)
        for kind in DueKind:
            self._due.labels(kind)
            self._sent.labels(kind)

    def handled(self, incoming: Incoming, outgoing: Outgoing) -> None:
        """Count an event that was answered, and what became of it if it was a question."""
        self._events.labels(incoming.address.platform, _kind_of(incoming)).inc()
        if outgoing.reference:
            self._questions.labels(_FAILURE).inc()
        elif outgoing.verdict:
            self._questions.labels(outgoing.verdict.status).inc()

    def took(self, stage: Stage, seconds: float) -> None:
        """Count how long a stage of answering took."""
        self._stages.labels(stage).observe(max(seconds, 0.0))

    def troubled(self, platform: str, trouble: Trouble) -> None:
        """Count that something went wrong with a platform."""
        self._troubles.labels(platform, trouble).inc()

    def fell_due(self, due: Due) -> None:
        """Count a message that fell due."""
        self._due.labels(due.kind).inc()

    def sent(self, due: Due) -> None:
        """Count a message that fell due and was sent."""
        self._sent.labels(due.kind).inc()

    def told(self, state: State) -> bytes:
        """Return all figures, with those of this moment, in Prometheus's text."""
        for platform in state.links:
            for trouble in Trouble:
                self._troubles.labels(platform, trouble)
        of_now = CollectorRegistry(auto_describe=False)
        of_now.register(_Gauges(state))
        return generate_latest(self._registry) + generate_latest(of_now)


class _Gauges(Collector):
    """What is as it is at one moment."""

    def __init__(self, state: State) -> None:
        self._state = state

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("vigie", "Which Vigie this is.", value={"version": __version__})
        connected = GaugeMetricFamily("vigie_connected", "Whether a platform is connected.", labels=("platform",))
        for platform, link in self._state.links.items():
            connected.add_metric((platform,), float(link is Link.CONNECTED))
        yield connected
        yield GaugeMetricFamily("vigie_database_writable", "Whether it is.", float(self._state.is_writable))
        waiting = GaugeMetricFamily("vigie_inbox_waiting", "Events that wait.", labels=("platform",))
        aside = GaugeMetricFamily("vigie_inbox_set_aside", "Events that failed for good.", labels=("platform",))
        for platform, depth in self._state.inbox.items():
            waiting.add_metric((platform,), depth.waiting)
            aside.add_metric((platform,), depth.set_aside)
        yield from (waiting, aside)


def _kind_of(incoming: Incoming) -> str:
    """Return what kind of event it is: one of a dozen words, whatever it holds."""
    if incoming.event:
        return incoming.event.value
    if incoming.edited:
        return "edit"
    if incoming.button is not None:
        return "press"
    return "command" if read_command(incoming.text) else "message"
