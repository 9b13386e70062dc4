"""Golden files of this folder's tests: readable text, one file a case, compared whole."""

from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode


class Golden(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = _file_extension = "txt"


class GoldenMarkdown(Golden):
    file_extension = _file_extension = "md"


class GoldenJson(Golden):
    file_extension = _file_extension = "json"


class GoldenSvg(Golden):
    file_extension = _file_extension = "svg"


class GoldenSarif(Golden):
    file_extension = _file_extension = "sarif"


class GoldenXml(Golden):
    file_extension = _file_extension = "xml"


class GoldenHtml(Golden):
    file_extension = _file_extension = "html"
