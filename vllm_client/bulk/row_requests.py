"""Build the requests of a run's rows with the request builder and the timeouts of a run."""

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

_COLUMNS = "the columns of a row are options of the call, unless body= builds its request"

Build = Callable[[ClientSettings, Mapping[str, Any]], RequestSpec[Any]]


def without_token_clock(timeout: Timeout) -> Timeout:
    """Return the timeout without its `token` limit, as rows may wait long in the server's queue."""
    return attrs.evolve(timeout, token=None)


@attrs.frozen
class RowRequests:
    """Build the request of each row.

    Attributes:
        build: Builds a request from the options of a call.
        form: The accepted rows.
        settings: The settings of the client, adapted by `run_settings`.
        options: The options of the builder, which apply to every row.
        body: The caller's function from a row to its request.
        step: A function that converts the options before the request is built;
            it may block.
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
        """Create an instance whose settings and options fit a run.

        The `token` timeout and the retries of single calls are removed, because the run itself
        decides how long to wait and when to send a row again.
        """
        settings = cls.run_settings(settings)
        given = {name: value for name, value in options.items() if name != "retry"}
        if "timeout" in given:
            given["timeout"] = without_token_clock(Timeout.of(given["timeout"]))
        return cls(build, form, settings, given, body, step)

    @staticmethod
    def run_settings(settings: ClientSettings) -> ClientSettings:
        """Return the settings of a client without the `token` timeout and without retries."""
        timeout = without_token_clock(settings.timeout)
        return attrs.evolve(settings, timeout=timeout, retry=NO_RETRY)

    def prepare(self, row: Any) -> dict[str, Any]:
        """Build the options of a row. Raises RequestError, and the errors of `body`."""
        options = self.form.options(row if self.body is None else self.body(row))
        return options if self.step is None else self.step(options)

    def spec(self, options: Mapping[str, Any]) -> RequestSpec[BulkAnswer]:
        """Build a request. Its response is read with its size and token counts.

        Raises:
            RequestError: The options are invalid.
        """
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
        """Return the number of rows in the request, here 1, and the request."""
        return 1, self.spec(options)


def measured(read: Callable[[HttpResponse], Any], reply: HttpResponse) -> BulkAnswer:
    """Parse an answer with `read`; add its size and token counts."""
    response = read(reply)
    return BulkAnswer(response, len(reply.body), tokens_of(response))
