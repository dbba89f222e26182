"""What travels between driver and worker: plain frozen dataclasses that pickle.

A :class:`Job` goes to a worker; it answers with one :class:`Started`, any number of :class:`Evaluated` and
:class:`Scored` and, last, one of :class:`Finished` and :class:`Failed`. To each :class:`Evaluated` of a prunable job
the driver replies with a :class:`Reply`.
"""

from harness.records.asked import Asked, asked_by, asked_from, asked_since
from harness.records.endings import ENDINGS, Ending, StopReason
from harness.records.events import Evaluated, Event, Failed, Finished, Reply, Scored, Started, TrainingOver
from harness.records.fingerprint import Fingerprint
from harness.records.hits import HITS_FILE, are_hits, pack_hits, unpack_hits
from harness.records.job import Job, Resources, Seeds
from harness.records.result import MOST_TAKEN, Clocks, TrialResult

__all__ = [
    "ENDINGS",
    "HITS_FILE",
    "MOST_TAKEN",
    "Asked",
    "Clocks",
    "Ending",
    "Evaluated",
    "Event",
    "Failed",
    "Fingerprint",
    "Finished",
    "Job",
    "Reply",
    "Resources",
    "Scored",
    "Seeds",
    "Started",
    "StopReason",
    "TrainingOver",
    "TrialResult",
    "are_hits",
    "asked_by",
    "asked_from",
    "asked_since",
    "pack_hits",
    "unpack_hits",
]
