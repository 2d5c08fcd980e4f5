"""How the rows of a run become requests: by the family's own builder, with the clocks of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import attrs

from ..call.request import RequestSpec
from ..call.response import HttpResponse
from ..call.retry import NO_RETRY
from ..call.settings import ClientSettings
from ..errors import RequestError
from ..http.timeouts import Timeout
from .row_forms import RowForm
from .run_job import BulkAnswer
from .run_stats import tokens_of

_COLUMNS = "the columns of a row are options of the call, unless body= makes its request"

Build = Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]]


def without_token_clock(timeout: Timeout) -> Timeout:
    """The limits of a request in a run: its answer may wait in the server's queue for long."""
    return attrs.evolve(timeout, token=None)


@attrs.frozen
class RowRequests:
    """Makes the request of each row.

    Attributes:
        build: makes the request of the options of a call.
        form: what rows may be.
        settings: of the client, as they hold in a run.
        options: of the builder, which every row has.
        body: the caller's function that makes the request of a row.
        step: of the family, from options to options; it may block.
    """

    build: Build
    form: RowForm
    settings: ClientSettings
    options: dict[str, Any]
    body: Callable[[Any], Any] | None = None
    step: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    @classmethod
    def of(
        cls,
        build: Build,
        form: RowForm,
        settings: ClientSettings,
        options: Mapping[str, Any],
        body: Callable[[Any], Any] | None,
        step: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
    ) -> RowRequests:
        """The same, with the token clock and the retries of single calls off: the run decides."""
        settings = cls.run_settings(settings)
        given = {name: value for name, value in options.items() if name != "retry"}
        if "timeout" in given:
            given["timeout"] = without_token_clock(Timeout.of(given["timeout"]))
        return cls(build, form, settings, given, body, step)

    @staticmethod
    def run_settings(settings: ClientSettings) -> ClientSettings:
        """The settings of a client as they hold in a run."""
        timeout = without_token_clock(settings.timeout)
        return attrs.evolve(settings, timeout=timeout, retry=NO_RETRY)

    def prepare(self, row: Any) -> dict[str, Any]:
        """The options of a row. Raises what `body` raises, and RequestError."""
        options = self.form.options(row if self.body is None else self.body(row))
        return options if self.step is None else self.step(options)

    def spec(self, options: Mapping[str, Any]) -> RequestSpec[BulkAnswer]:
        """The request; its answer knows its size and tokens. Raises RequestError."""
        merged = {**self.options, **options}
        earlier, later = self.options.get("extra_body"), options.get("extra_body")
        if earlier and later:
            merged["extra_body"] = {**earlier, **later}
        try:
            spec = self.build(self.settings, merged)
        except RequestError as error:
            if self.body is not None or options.keys() == {self.form.field}:
                raise
            raise RequestError(f"{error.message}; {_COLUMNS}") from error
        read: Any = partial(measured, spec.read)
        return attrs.evolve(spec, read=read)

    def request(self, options: Mapping[str, Any]) -> tuple[int, RequestSpec[BulkAnswer]]:
        """The request for one row."""
        return 1, self.spec(options)


def measured(read: Callable[[HttpResponse], Any], reply: HttpResponse) -> BulkAnswer:
    """The answer with its size and its tokens. Raises what `read` raises."""
    response = read(reply)
    return BulkAnswer(response, len(reply.body), tokens_of(response))
