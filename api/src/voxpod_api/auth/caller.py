"""From an Authorization header to the namespace that the caller's requests are made in: the only place that says so."""

from dataclasses import dataclass

from voxpod_api.auth.credentials import Credentials
from voxpod_api.auth.scopes import ALL, Scope
from voxpod_api.auth.tokens import Claims, KeyUnknown, TokenRefused
from voxpod_api.cluster.catalog import Catalog
from voxpod_api.errors import ApiError, not_now
from voxpod_crds.tenant import Tenant


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls."""

    subject: str
    """Of the credential: `key:<name>` or `jwt:<sub>`. What one caller asks is never taken for another's repeat."""
    namespace: str
    tenant: Tenant
    scopes: frozenset[Scope] = ALL


class SignedByUnknownKey(ApiError):
    """A token of a key that is not known: another look at the issuer's keys may find it."""


async def known(header: str, credentials: Credentials, catalog: Catalog) -> Caller:
    """As `authenticate`, with another look at the issuer's keys where a token names a new one."""
    try:
        return authenticate(header, credentials, catalog)
    except SignedByUnknownKey:
        if credentials.issuer is None or not await credentials.issuer.look_again():
            raise
        return authenticate(header, credentials, catalog)


def authenticate(header: str, credentials: Credentials, catalog: Catalog) -> Caller:
    """The caller that an Authorization header stands for. Raises ApiError: 401, or 403 where a Tenant is missing."""
    scheme, _, secret = header.strip().partition(" ")
    secret = secret.strip()
    if scheme.lower() != "bearer" or not secret:
        raise _unknown("no API key or token: send `Authorization: Bearer <key>`")
    if credentials.keys is not None and (key := credentials.keys.find(secret)) is not None:
        return _caller(f"key:{key.name}", key.namespace, catalog, scopes=frozenset(key.scopes))
    if credentials.tokens is not None and secret.count(".") == 2:
        try:
            claims = credentials.tokens.claims(secret)
        except KeyUnknown as refused:
            raise _unknown(str(refused), SignedByUnknownKey) from None
        except TokenRefused as refused:
            raise _unknown(str(refused)) from None
        if claims.id and claims.id in credentials.revoked:
            raise _unknown("the token was revoked")
        namespace = _namespace_of(claims, catalog)
        return _caller(f"jwt:{claims.subject}", namespace, catalog, claims.tenant, claims.scopes)
    if credentials.issuer is not None and credentials.tokens is None and secret.count(".") == 2:
        raise not_now(503, "issuer_unavailable", "the keys of the tokens' issuer could not be fetched", 5)
    raise _unknown("the API key is not known")


def _namespace_of(claims: Claims, catalog: Catalog) -> str:
    tenant = catalog.tenants.get(claims.tenant)
    if tenant is None:
        raise _forbidden("the token's tenant does not exist")
    namespaces = tenant.spec.namespaces
    if claims.namespace and claims.namespace not in namespaces:
        raise _forbidden("the token's namespace is not one of its tenant's")
    return claims.namespace or namespaces[0]


def _caller(subject: str, namespace: str, catalog: Catalog, tenant: str = "", scopes: frozenset[Scope] = ALL) -> Caller:
    """`tenant`: who has to own the namespace; of two Tenants that list it, that is the older one."""
    owner = catalog.owner_of(namespace)
    if owner is None or tenant not in ("", owner.metadata.name):
        raise _forbidden("the credential's namespace belongs to no Tenant, or to another one")
    return Caller(subject, namespace, owner, scopes)


def _unknown(message: str, kind: type[ApiError] = ApiError) -> ApiError:
    return kind(
        401, "invalid_api_key", message, "authentication_error", headers={"WWW-Authenticate": 'Bearer realm="voxpod"'}
    )


def _forbidden(message: str) -> ApiError:
    return ApiError(403, "tenant_not_found", message, "permission_error")
