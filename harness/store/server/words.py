"""What servers and their clients raise, in one sentence, without a password."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from harness.errors import HarnessError, RunError, UsageError
from harness.store.causes import causes
from harness.store.profiles import Servers

_AWAY_CODES = ("TEMPORARILY_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED")
_AWAY_STATUS = (429, 500, 502, 503, 504)
_AWAY_TEXT = re.compile(
    r"server closed the connection|connection (is|was|already)? ?(closed|refused|reset|lost|timed out)|is lost|"
    r"(shutting down|starting up|not (yet )?accepting connections|in recovery mode)|AdminShutdown|"
    r"terminating connection|could not (connect|receive|send)|SSL connection has been closed|"
    r"too many (clients|connections)|remaining connection slots|timeout expired|QueuePool limit|"
    r"consuming input failed|no connection to the server|psycopg\.(OperationalError|InterfaceError)|"
    r"Can't reconnect until invalid transaction|rolled back due to a previous exception",
    re.IGNORECASE,
)
"""How PostgreSQL and its driver say that the connection went, or that there is none to be had now."""

_NO_ENTRY = re.compile(
    r"authentication failed|no password supplied|no pg_hba.conf entry|permission denied", re.IGNORECASE
)
_NO_SUCH = re.compile(r'(database|role) "[^"]*" does not exist', re.IGNORECASE)
_DOUBTS = ("SSLError", "InvalidURL", "InvalidSchema", "MissingSchema", "InvalidProxyURL")
"""Errors of connections that no waiting cures."""


def is_away(error: BaseException) -> bool:
    """Whether an error says that a server cannot be reached now, or that it cannot reach its own database."""
    from requests import exceptions as http
    from sqlalchemy import exc as database

    for cause in causes(error):
        if isinstance(cause, HarnessError) or type(cause).__name__ in _DOUBTS:
            return False
        if isinstance(cause, (http.ConnectionError, http.Timeout, http.ChunkedEncodingError)):
            return True
        response = getattr(cause, "response", None)
        if response is not None and getattr(response, "status_code", 0) in _AWAY_STATUS:
            return True
        text = str(cause)
        if isinstance(cause, database.DBAPIError):
            return (
                not _NO_ENTRY.search(text)
                and not _NO_SUCH.search(text)
                and (cause.connection_invalidated or _at_the_connection(cause.orig) or bool(_AWAY_TEXT.search(text)))
            )
        if isinstance(cause, database.PendingRollbackError):  # of a session whose connection went
            return True
        if (code := getattr(cause, "error_code", None)) is not None:
            if code in _AWAY_CODES or _status(text) in _AWAY_STATUS:
                return True
            refused = _NO_ENTRY.search(text) or _NO_SUCH.search(text)
            if code in ("BAD_REQUEST", "INTERNAL_ERROR") and not refused and _AWAY_TEXT.search(text):
                return True
    return False


def _at_the_connection(error: BaseException | None) -> bool:
    """Whether PostgreSQL's driver failed at the connection, and not at what was asked; by SQLSTATE's classes.

    08 is for connections, 57P for a server that stops or starts, 53300 for one with too many; a driver that heard
    nothing has none. See "PostgreSQL Error Codes" of PostgreSQL's documentation.
    """
    state = getattr(error, "sqlstate", "")
    names = {kind.__name__ for kind in type(error).__mro__}
    if state is None:
        return bool(names & {"OperationalError", "InterfaceError"})
    return state.startswith(("08", "57P")) or state == "53300"


def _status(text: str) -> int:
    """Return the status that an error of MLflow's client without an answer in JSON names: one of a proxy."""
    found = re.search(r"(?:failed with error code|too many) (\d{3})", text)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def in_words(servers: Servers) -> Iterator[None]:
    """Turn what clients of servers raise in the block into one sentence.

    Raises:
        UsageError: if a server does not let the user in, or has no such database.
        RunError: if it is away, or the store can no longer be used.
    """
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        # what went wrong first counts: closing what was open may fail by it, too
        first = (cause for cause in causes(error) if isinstance(cause, HarnessError))
        found = next(first, None) or explain(error, servers)
        if found is None:
            raise
        raise found from None


def explain(error: BaseException, servers: Servers) -> HarnessError | None:
    """Return what an error means for the user; None if it is none of a server."""
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    for cause in causes(error):
        if isinstance(cause, SQLAlchemyError):
            return _of_database(cause, servers)
    for cause in causes(error):
        if isinstance(cause, (MlflowException, RequestException)):
            return _of_tracking(cause, error, servers)
    for cause in causes(error):
        if isinstance(cause, OSError) and cause.errno is not None:
            return RunError(f"{cause.filename or servers.name}: {cause.strerror}.")
    return None


def _of_database(error: BaseException, servers: Servers) -> HarnessError:
    who, text = f"the database {servers.database}", _clean(str(getattr(error, "orig", None) or error), servers)
    if _NO_ENTRY.search(text):
        return UsageError(
            f"{who} refuses: {text}. Give the password in the profile's storage_password_env, or in ~/.pgpass."
        )
    if _NO_SUCH.search(text):
        return UsageError(f"{who} cannot be used: {text}. Make it (createdb), or put the profile right.")
    if is_away(error):
        return RunError(f"{who} does not answer: {text}. Start it, or put the profile's storage right.")
    return RunError(f"{who} cannot be used: {text}.")


def _of_tracking(cause: BaseException, error: BaseException, servers: Servers) -> HarnessError:
    who, text = f"the MLflow server {servers.tracking_uri}", _clean(str(cause), servers)
    response = getattr(cause, "response", None)
    status = getattr(response, "status_code", 0) or _status(str(cause))
    if status in (401, 403) or getattr(cause, "error_code", "") in ("UNAUTHENTICATED", "PERMISSION_DENIED"):
        return UsageError(
            f"{who} refuses: who asks must be known there. Give tracking_username and tracking_password_env in the "
            "profile."
        )
    if is_away(error):
        return RunError(f"{who} does not answer. Start it, or put the profile's tracking_uri right.")
    return RunError(f"{who} says: {text}")


def _clean(text: str, servers: Servers) -> str:
    """Return the first line of what a client says, without passwords."""
    line = (text.strip().splitlines() or ["?"])[0].strip().rstrip(".")
    for secret in (servers.password, _password_in(servers.storage)):
        if secret:
            line = line.replace(secret, "...")
    return line[:300]


def _password_in(address: str) -> str | None:
    from sqlalchemy.engine import make_url

    return make_url(address).password
