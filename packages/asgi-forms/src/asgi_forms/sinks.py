"""Where the files of a form can go: the sinks that `form`, `parse_form` and `MultiPartParser` take.

A form without a sink uses `SpooledSink`. The root of the package does not load this module.
"""

from ._sinks.hash_sink import HashSink as HashSink
from ._sinks.memory_sink import MemorySink as MemorySink
from ._sinks.path_sink import PathSink as PathSink
from ._sinks.spooled_sink import MemoryBudget as MemoryBudget
from ._sinks.spooled_sink import SpooledSink as SpooledSink
from ._sinks.upload_sink import SinkFactory as SinkFactory
from ._sinks.upload_sink import UploadSink as UploadSink
from ._sinks.writer_sink import WriterSink as WriterSink

__all__ = (
    "HashSink",
    "MemoryBudget",
    "MemorySink",
    "PathSink",
    "SinkFactory",
    "SpooledSink",
    "UploadSink",
    "WriterSink",
)
