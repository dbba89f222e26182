"""The user's own code: which files a study names, their texts, and what their functions take. Nothing is executed.

What executes it is the room :mod:`harness.usercode`.
"""

from harness.study.code.definitions import Definition, Parameter, find_definition
from harness.study.code.references import CodeName, digest_of, files_named, read_code, references_in, text_of
from harness.study.code.settings import settings_table

__all__ = [
    "CodeName",
    "Definition",
    "Parameter",
    "digest_of",
    "files_named",
    "find_definition",
    "read_code",
    "references_in",
    "settings_table",
    "text_of",
]
