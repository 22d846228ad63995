"""Forms for any ASGI application: urlencoded and multipart, buffered or streamed, within limits.

Where the files of a form can go is in `asgi_forms.sinks`. Each name is loaded with its module when it is first asked
for, so that a framework whose requests have forms costs nothing where none comes.
"""

from typing import TYPE_CHECKING

from asgi_types import lazy_names as _lazy_names

if TYPE_CHECKING:
    from ._form import PendingForm as PendingForm
    from ._form import form as form
    from ._form import parse_form as parse_form
    from ._form_data import FormData as FormData
    from ._form_data import FormValue as FormValue
    from ._form_error import FormError as FormError
    from ._form_error import MultiPartException as MultiPartException
    from ._form_mixin import FormMixin as FormMixin
    from ._form_parser import FormParser as FormParser
    from ._limits import FORM_LIMITS as FORM_LIMITS
    from ._limits import FormLimits as FormLimits
    from ._limits_middleware import FormLimitsMiddleware as FormLimitsMiddleware
    from ._multipart.multi_part_parser import MultiPartParser as MultiPartParser
    from ._multipart.part_head import PartHead as PartHead
    from ._multipart.part_stream import Part as Part
    from ._multipart.part_stream import PartStream as PartStream
    from ._multipart.part_stream import stream_multipart as stream_multipart
    from ._safe_filename import safe_filename as safe_filename
    from ._upload_file import UploadFile as UploadFile

_HOMES = {
    "FORM_LIMITS": "._limits",
    "FormData": "._form_data",
    "FormError": "._form_error",
    "FormLimits": "._limits",
    "FormLimitsMiddleware": "._limits_middleware",
    "FormMixin": "._form_mixin",
    "FormParser": "._form_parser",
    "FormValue": "._form_data",
    "MultiPartException": "._form_error",
    "MultiPartParser": "._multipart.multi_part_parser",
    "Part": "._multipart.part_stream",
    "PartHead": "._multipart.part_head",
    "PartStream": "._multipart.part_stream",
    "PendingForm": "._form",
    "UploadFile": "._upload_file",
    "form": "._form",
    "parse_form": "._form",
    "safe_filename": "._safe_filename",
    "stream_multipart": "._multipart.part_stream",
}

__all__ = (
    "FORM_LIMITS",
    "FormData",
    "FormError",
    "FormLimits",
    "FormLimitsMiddleware",
    "FormMixin",
    "FormParser",
    "FormValue",
    "MultiPartException",
    "MultiPartParser",
    "Part",
    "PartHead",
    "PartStream",
    "PendingForm",
    "UploadFile",
    "form",
    "parse_form",
    "safe_filename",
    "stream_multipart",
)

_lazy_names(globals(), _HOMES)
