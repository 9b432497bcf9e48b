"""Several organisations of Zoho behind the same hosts: which of them a request is for."""

from collections.abc import Sequence

from cscart_zoho_sim.wire import Request, Response
from cscart_zoho_sim.zoho.simulator import Zoho


class Several:
    """Hands each request to the organisation that it is for.

    A token belongs to an account; of several organisations of one account the request names one. What belongs to none
    is answered by the first, which refuses it.
    """

    def __init__(self, organisations: Sequence[Zoho]) -> None:
        #: Others may join at any time.
        self._organisations = organisations

    def handle(self, request: Request) -> Response:
        return self._meant(request).handle(request)

    def expire_tokens(self) -> None:
        for each in self._organisations:
            each.expire_tokens()

    def _meant(self, request: Request) -> Zoho:
        if request.path.startswith("/oauth/"):
            return self._with_account(dict(request.query) | request.form(), request.host)
        token = request.headers.get("authorization", "").partition(" ")[2]
        theirs = [each for each in self._organisations if each.accounts.tokens.knows(token)]
        named = request.first("organization_id") or request.headers.get("organization-id", "")
        meant = [each for each in theirs if each.organization_id == named]
        return next(iter([*meant, *theirs]), self._organisations[0])

    def _with_account(self, given: dict[str, str], host: str) -> Zoho:
        """Codes and tokens are those of one account; a client may be used by several."""
        here = [each for each in self._organisations if not each.accounts.is_foreign(host)]
        secrets = [given[name] for name in ("code", "refresh_token", "token") if name in given]
        theirs = [each for each in here if any(each.accounts.tokens.knows(secret) for secret in secrets)]
        clients = [each for each in here if each.client_id == given.get("client_id")]
        return next(iter([*theirs, *clients]), self._organisations[0])
