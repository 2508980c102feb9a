"""One request, one answer: the HTTP under the client, without retries, tokens' lives or the meaning of the results.

Every way in which it can fail becomes one of `errors`, and nothing of the answer's own text gets into an error
uncleaned. Nothing here repeats a request: not on errors, not on redirects, not in the transport.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NoReturn
from urllib.parse import urlsplit

import httpx

from leads_tui import __version__
from leads_tui.api.address import check_base_url
from leads_tui.api.errors import BadResponse, Rejected, Unreachable
from leads_tui.api.failures import from_status, from_transport, without_frames
from leads_tui.api.models import Token
from leads_tui.locale import N_

__all__ = ["MAX_BODY", "TIMEOUT", "Call", "Exchange"]

TIMEOUT: Final = httpx.Timeout(15.0, connect=5.0, pool=5.0)
LIMITS: Final = httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=20.0)
MAX_BODY: Final = 16 * 1024 * 1024
"""The longest answer that is read, in bytes and after decompression."""

# At INFO httpx logs whole addresses, and what is searched for is in them: names and phone numbers.
logging.getLogger("httpx").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Call:
    """One call of the API: `leads/lock` with its parameters. `is_read` goes by GET, all else by POST (pub)."""

    path: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    is_read: bool = True
    may_repeat: bool = True
    """Whether doing it twice does no harm, so that it may be tried again when nobody knows what became of it."""

    @property
    def method(self) -> Literal["GET", "POST"]:
        """The HTTP method."""
        return "GET" if self.is_read else "POST"


class Exchange:
    """Sends calls to one server. `deadline` bounds the whole of one request and its answer, in seconds."""

    def __init__(
        self,
        base_url: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout: httpx.Timeout = TIMEOUT,
        deadline: float = 20.0,
    ) -> None:
        self.base_url = check_base_url(base_url)
        self._transport = transport
        self._timeout = timeout
        self._deadline = deadline
        self._client: httpx.AsyncClient | None = None
        self._opening = asyncio.Lock()
        self._is_closed = False

    async def ask(self, call: Call, token: Token | None = None) -> Any:  # noqa: ANN401 (JSON)
        """The JSON of a successful answer, None where its body is empty. Raises an `ApiError` for everything else."""
        _check_encodable(call)
        try:
            async with asyncio.timeout(self._deadline):
                client = await self._open(call)
                status, headers, body = await self._exchange(client, call, token)
        except httpx.InvalidURL as error:
            raise Unreachable(N_("the server's address is not valid"), call=call.path) from without_frames(error)
        except (httpx.HTTPError, TimeoutError) as error:
            raise from_transport(error, call.path) from without_frames(error)
        if not httpx.codes.is_success(status):
            raise from_status(status, headers, body, call.path)
        return _parse(body, call.path, status)

    async def aclose(self) -> None:
        """Closes the connections; later calls are Unreachable."""
        self._is_closed = True
        async with self._opening:
            client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _open(self, call: Call) -> httpx.AsyncClient:
        async with self._opening:
            if self._is_closed:
                raise Unreachable(N_("the connection is closed on our side"), call=call.path)
            if self._client is None:
                try:
                    self._client = await self._build()
                except (OSError, ValueError, ImportError) as error:
                    raise Unreachable(
                        f"certificates or proxy of this machine cannot be used ({type(error).__name__})", call=call.path
                    ) from without_frames(error)
            return self._client

    async def _build(self) -> httpx.AsyncClient:
        is_tls = urlsplit(self.base_url).scheme == "https"
        if is_tls and self._transport is None:
            # Reading the certificates takes some 50 ms, which the screen must not wait for.
            context = await asyncio.to_thread(httpx.create_ssl_context)
        else:
            # A context that trusts nobody costs nothing, and nothing here will ask it to.
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return httpx.AsyncClient(
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "gzip",
                "User-Agent": f"leads-tui/{__version__}",
            },
            transport=self._transport,
            verify=context,
            timeout=self._timeout,
            limits=LIMITS,
            follow_redirects=False,
            # Unencrypted calls stay on this machine: a proxy from the environment would carry the token off it.
            trust_env=is_tls,
        )

    async def _exchange(
        self, client: httpx.AsyncClient, call: Call, token: Token | None
    ) -> tuple[int, httpx.Headers, bytes]:
        url = f"{self.base_url}/{call.path}"
        request = client.build_request(
            call.method,
            url,
            params=call.params if call.is_read and call.params else None,
            data=None if call.is_read else dict(call.params),
        )
        auth = _Bearer(token) if token else None
        response = await client.send(request, auth=auth, stream=True, follow_redirects=False)
        try:
            body = await _read(response, call.path)
        finally:
            await response.aclose()
        return response.status_code, response.headers, body


class _Bearer(httpx.Auth):
    """Puts the token on the request; as an object, it shows in no one's list of arguments."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Any:  # noqa: ANN401 (httpx's own generator type)
        request.headers["Authorization"] = f"Bearer {self._token.access_token}"
        yield request


async def _read(response: httpx.Response, call: str) -> bytes:
    """The whole body, as long as it is not too long, neither packed nor unpacked."""
    packed = bytearray()
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise BadResponse(N_("the transport gave no stream"), call=call, status=response.status_code)
    async for chunk in stream:
        packed += chunk
        if len(packed) > MAX_BODY:
            _refuse_length(call, response.status_code)
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in {"", "identity"} or not packed:
        return bytes(packed)
    if encoding not in {"gzip", "x-gzip"}:
        raise BadResponse(
            "the answer is packed in a way that was not asked for", call=call, status=response.status_code
        )
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        body = unpack.decompress(bytes(packed), MAX_BODY + 1)
    except zlib.error as error:
        raise BadResponse(N_("the packed answer is damaged"), call=call, status=response.status_code) from error
    if len(body) > MAX_BODY:
        _refuse_length(call, response.status_code)
    if not unpack.eof:
        raise BadResponse(N_("the packed answer is cut short"), call=call, status=response.status_code)
    return body


def _refuse_length(call: str, status: int) -> NoReturn:
    raise BadResponse(f"the answer is longer than {MAX_BODY // 2**20} MiB", call=call, status=status)


def _check_encodable(call: Call) -> None:
    for name, value in call.params.items():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise Rejected(
                f"{name} holds half a character; nothing was sent",
                call=call.path,
                status=None,
                fields={name: ["invalid"]},
            ) from without_frames(error)


def _parse(body: bytes, call: str, status: int) -> Any:  # noqa: ANN401 (JSON)
    if not body.strip():
        return None
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, UnicodeDecodeError):
            reason = N_("the answer is not UTF-8")
        elif body.lstrip().startswith(b"<"):
            reason = N_("the answer is a web page, not JSON")
        else:
            reason = N_("the answer is not JSON")
        raise BadResponse(reason, call=call, status=status) from without_frames(error)
