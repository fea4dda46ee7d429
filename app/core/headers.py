"""What every answer tells the browser it may do: nothing that this product does not need."""

from flask import Response, request
from werkzeug.datastructures import ContentSecurityPolicy

from app.core.requests import request_id


def content_policy() -> ContentSecurityPolicy:
    """Return the policy of every page: our own files only, no inline script or style, no frames."""
    return ContentSecurityPolicy(
        {
            "default-src": "'self'",
            "img-src": "'self' data:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }
    )


def set_headers(response: Response) -> Response:
    """Add the security headers (ASVS V3.4) and keep pages out of every cache but assets."""
    response.headers.setdefault("Content-Security-Policy", content_policy().to_header())
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    response.headers["X-Request-Id"] = request_id()
    if request.endpoint == "static":
        response.headers["Cache-Control"] = "public, max-age=3600"
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
