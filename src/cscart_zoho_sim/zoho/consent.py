"""The pages of the accounts server that a person sees."""

from collections.abc import Mapping
from html import escape

from cscart_zoho_sim.wire import Response

_HTML = {"content-type": "text/html;charset=UTF-8", "cache-control": "no-store"}
_CARRIED = ("response_type", "client_id", "scope", "redirect_uri", "access_type", "prompt", "state")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body{{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1c2430;margin:0}}
main{{max-width:32rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:8px;
box-shadow:0 1px 4px rgba(0,0,0,.15)}}
h1{{font-size:1.25rem;margin-top:0}} li{{overflow-wrap:anywhere}}
button{{font:inherit;padding:.5rem 1.5rem;border:1px solid #8a94a3;border-radius:4px;background:#fff;
margin-right:.5rem;cursor:pointer}}
button.accept{{background:#1769d2;border-color:#1769d2;color:#fff}}
</style></head><body><main>{body}</main></body></html>
"""
_QUESTION = """<h1>Allow access to your Zoho account?</h1>
<p>This is a simulated Zoho. The application asks for:</p><ul>{scopes}</ul>
<form method="post" action="/oauth/v2/auth">{fields}
<button class="accept" type="submit" name="decision" value="accept">Accept</button>
<button type="submit" name="decision" value="reject">Reject</button></form>"""


def consent_page(asked: Mapping[str, str]) -> Response:
    """The question with Accept and Reject; both send what was asked back by POST."""
    scopes = "".join(f"<li>{escape(scope)}</li>" for scope in asked["scope"].replace(",", " ").split())
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(asked[name], quote=True)}">'
        for name in _CARRIED
        if name in asked
    )
    return _page(200, "Accept access", _QUESTION.format(scopes=scopes, fields=fields))


def error_page(status: int, title: str, text: str) -> Response:
    return _page(status, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def _page(status: int, title: str, body: str) -> Response:
    return Response(status, _PAGE.format(title=escape(title), body=body).encode(), dict(_HTML))
