"""Reports a deployment to the console of its endpoint, if that has one."""

from __future__ import annotations

import json
import logging
import threading
from typing import Any
from urllib.parse import urlsplit

_TIMEOUT_SECONDS = 1
"""Time limit of a request, and of the wait for the last one."""
_LOGGED_FAILURES = 3
"""After this many failed reports in a row, a line is logged."""
# As in `cli/src/signing.rs`.
_AWS_DOMAINS = ("amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "api.amazonwebservices.com.cn")

_logger = logging.getLogger("sfn_alias.deploy")


def is_aws_url(url: str) -> bool:
    """Returns whether a URL belongs to AWS."""
    host = (urlsplit(url).hostname or "").rstrip(".").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in _AWS_DOMAINS)


def create_reporter(client: Any) -> Reporter | None:
    """Returns a reporter for the endpoint of a boto3 client. There is none for AWS and for a service without a socket."""
    url = getattr(getattr(client, "meta", None), "endpoint_url", None)
    if not isinstance(url, str) or is_aws_url(url):
        return None
    from sfn_alias import _connections

    if _connections.find_service(client) is not None:
        return None
    try:
        return Reporter(client, url.rstrip("/"))
    except RuntimeError as error:
        # Without a thread there are no reports.
        _logger.debug("the deployment is not reported: %s", error)
        return None


class Reporter:
    """Sends the newest report of a deployment on a thread of its own, so that the deployment neither waits for the console
    nor fails because of it. Older reports that were not sent yet are replaced."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url
        self._changed = threading.Condition()
        self._newest: dict[str, str] | None = None
        self._has_ended = False
        self._thread = threading.Thread(target=self._run, name="sfn_alias.reports", daemon=True)
        self._thread.start()

    def send(self, report: dict[str, str]) -> None:
        """Sends a report later: its ``path`` and ``body``."""
        with self._changed:
            self._newest = report
            self._changed.notify()

    def close(self) -> None:
        """Waits for the last report, for up to a second."""
        with self._changed:
            self._has_ended = True
            self._changed.notify()
        self._thread.join(_TIMEOUT_SECONDS)

    def _run(self) -> None:
        try:
            if self._has_console():
                self._send_reports()
        except Exception as error:
            _logger.debug("the deployment is not reported: %s", error)

    def _send_reports(self) -> None:
        failures = 0
        while (report := self._take()) is not None:
            try:
                status, _ = self._request("PUT", report["path"], report["body"])
                reason = None if status == 200 else f"status {status}"
            except Exception as error:
                reason = str(error)
            failures = 0 if reason is None else failures + 1
            if failures == _LOGGED_FAILURES:
                _logger.warning("the deployment cannot be reported to %s: %s", self._url, reason)

    def _take(self) -> dict[str, str] | None:
        """Waits for the next report. Returns ``None`` after the last one."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not None or self._has_ended)
            report, self._newest = self._newest, None
            return report

    def _has_console(self) -> bool:
        status, body = self._request("GET", "/console/api", "")
        if status != 200:
            return False
        description = json.loads(body)
        return isinstance(description, dict) and "version" in description

    def _request(self, method: str, path: str, body: str) -> tuple[int, bytes]:
        """Sends a request, signed as the client signs."""
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.httpsession import URLLib3Session

        headers = {"content-type": "application/json"} if body else {}
        request = AWSRequest(method=method, url=self._url + path, data=body.encode(), headers=headers)
        credentials = getattr(getattr(self._client, "_request_signer", None), "_credentials", None)
        if credentials is not None:
            SigV4Auth(credentials.get_frozen_credentials(), "states", self._client.meta.region_name).add_auth(request)
        verify = getattr(getattr(getattr(self._client, "_endpoint", None), "http_session", None), "_verify", True)
        response = URLLib3Session(verify=verify, timeout=_TIMEOUT_SECONDS).send(request.prepare())
        return response.status_code, response.content
