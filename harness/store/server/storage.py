"""Optuna's storage in PostgreSQL, which waits for it, and does nothing twice."""

from __future__ import annotations

import contextlib
import copy
import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from optuna.distributions import BaseDistribution
from optuna.exceptions import DuplicatedStudyError, UpdateFinishedTrialError
from optuna.storages import RDBStorage
from optuna.storages._rdb import models
from optuna.study import StudyDirection
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.orm import Session

from harness.errors import UsageError
from harness.store.profiles import Servers
from harness.store.server.patience import Patience
from harness.store.server.words import is_away

TICKET = "harness:ticket"
"""System attribute of a trial, different for each: by it a trial is found whose making was carried out, and whose
answer was lost."""

_ALIKE = (
    *("set_study_user_attr", "set_study_system_attr", "get_study_id_from_name", "get_study_name_from_id"),
    *("get_study_directions", "get_study_user_attrs", "get_study_system_attrs", "get_all_studies"),
    *("_set_trial_param", "get_trial_id_from_study_id_trial_number", "get_trial", "_get_trials", "get_all_trials"),
    *("_get_best_trial_id", "set_trial_intermediate_value", "set_trial_user_attr", "set_trial_system_attr"),
)
"""Calls that may be made twice: they read, or say what is to be. Optuna's cache calls those with an underscore."""


class PatientStorage(RDBStorage):
    """A storage whose calls wait while the database is away, and are made again when it is back.

    A study's trials are made by one process at a time, who holds the right to run it. So whatever is found when a call
    is made again is what its first try left.

    Args:
        servers: which.
        patience: how long to wait.
    """

    def __init__(self, servers: Servers, patience: Patience) -> None:
        self._servers, self._patience = servers, patience
        self._tickets: dict[str, int] = {}
        address = servers.storage.replace("{", "{{").replace("}", "}}")  # Optuna takes its URL for a template
        super().__init__(address, engine_kwargs={"pool_pre_ping": True, "connect_args": connection_settings()})

    def insist(self, call: Callable[[], Any], again: Callable[[], Any] | None = None) -> Any:
        """Call, and again while the database is away."""
        return self._patience.insist(f"the database {self._servers.database}", call, is_away, again)

    def create_new_study(self, directions: Sequence[StudyDirection], study_name: str | None = None) -> int:
        """Make a study, once."""
        make = functools.partial(super().create_new_study, directions, study_name)

        def again() -> int:
            try:
                return make()
            except DuplicatedStudyError:
                if study_name is None:
                    raise
                return RDBStorage.get_study_id_from_name(self, study_name)

        return int(self.insist(make, again))

    def delete_study(self, study_id: int) -> None:
        """Delete a study; one that is gone is well gone."""
        make = functools.partial(super().delete_study, study_id)

        def again() -> None:
            with contextlib.suppress(KeyError):
                make()

        self.insist(make, again)

    def _create_new_trial(self, study_id: int, template_trial: FrozenTrial | None = None) -> FrozenTrial:
        """Make a trial, once: with a ticket, by which :meth:`_get_prepared_new_trial` finds it."""
        template = copy.copy(template_trial) if template_trial else create_trial(state=TrialState.RUNNING)
        ticket = uuid.uuid4().hex
        template.system_attrs = {**template.system_attrs, TICKET: ticket}
        self._tickets[ticket] = 0
        try:
            made: FrozenTrial = self.insist(functools.partial(super()._create_new_trial, study_id, template))
        finally:
            del self._tickets[ticket]
        return made

    def _get_prepared_new_trial(
        self, study_id: int, template_trial: FrozenTrial | None, session: Session
    ) -> models.TrialModel:
        """Return a trial in the making; that of an earlier try, if its transaction came through. Optuna tries, too."""
        ticket = template_trial.system_attrs.get(TICKET) if template_trial else None
        if ticket in self._tickets:
            self._tickets[ticket] += 1
            if self._tickets[ticket] > 1 and (trial := _of_ticket(session, study_id, str(ticket))) is not None:
                return trial
        return super()._get_prepared_new_trial(study_id, template_trial, session)

    def set_trial_param(
        self, trial_id: int, param_name: str, param_value_internal: float, distribution: BaseDistribution
    ) -> None:
        """Set a parameter of a trial."""
        self.insist(
            functools.partial(super().set_trial_param, trial_id, param_name, param_value_internal, distribution)
        )

    def set_trial_state_values(self, trial_id: int, state: TrialState, values: Sequence[float] | None = None) -> bool:
        """Set how a trial stands, once: when it stands so already, the first try came through."""
        make = functools.partial(super().set_trial_state_values, trial_id, state, values)

        def again() -> bool:
            now = RDBStorage.get_trial(self, trial_id)
            if now.state is state and state is TrialState.RUNNING:
                return True
            if now.state is state and (now.values or []) == list(values or ()):
                return True
            if now.state.is_finished():
                raise UpdateFinishedTrialError(f"trial {now.number} is {now.state.name} already")
            return make()

        return bool(self.insist(make, again))


def _of_ticket(session: Session, study_id: int, ticket: str) -> models.TrialModel | None:
    attributes, trials = models.TrialSystemAttributeModel, models.TrialModel
    return (
        session.query(trials)
        .join(attributes, attributes.trial_id == trials.trial_id)
        .filter(trials.study_id == study_id, attributes.key == TICKET, attributes.value_json == f'"{ticket}"')
        .one_or_none()
    )


def _insisting(name: str) -> Callable[..., Any]:
    plain = getattr(RDBStorage, name)

    @functools.wraps(plain)
    def method(self: PatientStorage, *arguments: Any, **named: Any) -> Any:
        return self.insist(functools.partial(plain, self, *arguments, **named))

    return method


for _name in _ALIKE:
    setattr(PatientStorage, _name, _insisting(_name))


def connection_settings() -> dict[str, Any]:
    """Return how connections notice that the other side is gone, for psycopg: within ten seconds or so."""
    alive = {"keepalives": 1, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
    return {**alive, "tcp_user_timeout": 15_000, "connect_timeout": 10, "application_name": "harness"}


@contextlib.contextmanager
def opened_storage(servers: Servers, patience: Patience) -> Iterator[PatientStorage]:
    """Open the storage for a block, making its tables if need be, and close its connections.

    Raises:
        UsageError: if psycopg is not installed, or the tables are of another version of Optuna.
    """
    with opened_engine(servers) as engine, engine.begin() as connection:
        # two at once would break the tables that they make
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('harness: tables', 0))"))
        try:
            storage = PatientStorage(servers, patience)
        except RuntimeError as error:
            if "version" not in str(error):
                raise
            raise UsageError(
                f"the database {servers.database} has Optuna's tables of another version: {str(error).splitlines()[0]} "
                "Upgrade them, after a backup: optuna storage upgrade."
            ) from None
    try:
        yield storage
    finally:
        storage.remove_session()
        storage.engine.dispose()


@contextlib.contextmanager
def opened_engine(servers: Servers, **settings: Any) -> Iterator[Engine]:
    """Open connections to the database for a block, without a look at what is in it.

    Args:
        servers: which.
        settings: of SQLAlchemy's engine.

    Raises:
        UsageError: if psycopg is not installed.
    """
    try:
        engine = create_engine(servers.storage, connect_args=connection_settings(), **settings)
    except ImportError:
        raise UsageError(
            "a store on servers needs psycopg, which is not installed. Install it: pip install 'cnn-harness[postgres]'"
        ) from None
    try:
        yield engine
    finally:
        engine.dispose()


def has_tables(engine: Engine) -> bool:
    """Whether Optuna's tables are there: without them, nothing was ever kept."""
    from sqlalchemy import inspect

    return bool(inspect(engine).has_table("studies"))


def rename_studies(storage: RDBStorage, names: Mapping[str, str]) -> None:
    """Rename Optuna's studies, those there are, in one transaction and in this order; Optuna has no call for it."""
    with storage.engine.begin() as connection:
        for old, new in names.items():
            connection.execute(
                text("UPDATE studies SET study_name = :new WHERE study_name = :old"), {"new": new, "old": old}
            )
