"""Security headers on every answer, set as the answer starts so that streams and errors carry them too.

Source: research/security.md §5.
"""

from http import HTTPStatus

from aiohttp import web

from server.pages.staff import HTTPS

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "worker-src 'self' blob:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=()",
}


STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=31536000"}
"""Only where browsers come by HTTPS: a year (RFC 6797 section 6.1.1). Not for subdomains, which are not ours to bind."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler for `on_response_prepare`."""
    response.headers.update(HEADERS | (STRICT_TRANSPORT if request.app[HTTPS] else {}))
    # Pages hold patient data: nothing of them may stay in a browser's or a proxy's cache.
    if not request.path.startswith("/static/") or response.status >= HTTPStatus.BAD_REQUEST:
        response.headers["Cache-Control"] = "no-store"
