"""Forms beyond `Request.form`: their limits, their parts as they arrive, and where their files go."""

from asgi_forms import FORM_LIMITS as FORM_LIMITS
from asgi_forms import FormError as FormError
from asgi_forms import FormLimits as FormLimits
from asgi_forms import FormLimitsMiddleware as FormLimitsMiddleware
from asgi_forms import FormMixin as FormMixin
from asgi_forms import FormValue as FormValue
from asgi_forms import Part as Part
from asgi_forms import PartHead as PartHead
from asgi_forms import PartStream as PartStream
from asgi_forms import PendingForm as PendingForm
from asgi_forms import form as form
from asgi_forms import parse_form as parse_form
from asgi_forms import safe_filename as safe_filename
from asgi_forms import stream_multipart as stream_multipart
from asgi_forms.sinks import HashSink as HashSink
from asgi_forms.sinks import MemoryBudget as MemoryBudget
from asgi_forms.sinks import MemorySink as MemorySink
from asgi_forms.sinks import PathSink as PathSink
from asgi_forms.sinks import SinkFactory as SinkFactory
from asgi_forms.sinks import SpooledSink as SpooledSink
from asgi_forms.sinks import UploadSink as UploadSink
from asgi_forms.sinks import WriterSink as WriterSink

__all__ = (
    "FORM_LIMITS",
    "FormError",
    "FormLimits",
    "FormLimitsMiddleware",
    "FormMixin",
    "FormValue",
    "HashSink",
    "MemoryBudget",
    "MemorySink",
    "Part",
    "PartHead",
    "PartStream",
    "PathSink",
    "PendingForm",
    "SinkFactory",
    "SpooledSink",
    "UploadSink",
    "WriterSink",
    "form",
    "parse_form",
    "safe_filename",
    "stream_multipart",
)
