"""Files taken in: each hostile one is refused before anything is kept, each good one is kept with its hash."""

import hashlib
import io
import re
import struct
import zipfile
from pathlib import Path

import docx
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from foundation.files import rules
from foundation.files.models import StoredFile
from foundation.files.permissions import may_read, serve_owner
from foundation.files.rules import clean_name, extension_of, problem_of
from foundation.files.services import FileRefused, checked, give_owner, page_texts, pages_of, store, store_made
from tests.factories.foundation import BureauFactory, UserFactory

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
RELS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def pdf(change=None, **options):
    writer = PdfWriter()
    page = writer.add_blank_page(200, 200)
    if change:
        change(writer, page)
    if options.get("password"):
        writer.encrypt(options["password"])
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def action(kind, **more):
    entries = {NameObject("/S"): NameObject(kind)}
    entries |= {NameObject(f"/{key}"): TextStringObject(value) for key, value in more.items()}
    return DictionaryObject(entries)


def open_action(kind, **more):
    def change(writer, page):
        writer._root_object[NameObject("/OpenAction")] = action(kind, **more)

    return change


def indirect_launch(writer, page):
    name = writer._add_object(NameObject("/Launch"))
    writer._root_object[NameObject("/OpenAction")] = DictionaryObject(
        {NameObject("/S"): name, NameObject("/F"): TextStringObject("cmd.exe")}
    )


def page_script(writer, page):
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action("/JavaScript", JS="app.alert(1)")})


def annotation(subtype):
    def change(writer, page):
        note = DictionaryObject(
            {NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject(subtype)}
        )
        page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])

    return change


def xfa(writer, page):
    writer._root_object[NameObject("/AcroForm")] = DictionaryObject({NameObject("/XFA"): TextStringObject("<x/>")})


def attachment(writer, page):
    writer.add_attachment("evil.exe", b"MZ")


def word(change=None):
    out = io.BytesIO()
    document = docx.Document()
    document.add_paragraph("绩效评价报告")
    document.save(out)
    return rezip(out.getvalue(), change or {})


def rezip(content, change):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            if entry.filename not in change:
                after.writestr(entry, before.read(entry))
        for name, data in change.items():
            if data is not None:
                after.writestr(name, data)
    return out.getvalue()


def relation(kind, target, mode="External", quote='"'):
    return RELS.format(
        f"<Relationship Id={quote}r1{quote} Type={quote}{OFFICE}/{kind}{quote} Target={quote}{target}{quote} "
        f"TargetMode = {quote}{mode}{quote}/>"
    )


def document(body):
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    return f"<?xml version='1.0' encoding='UTF-8'?><w:document {space}><w:body>{body}</w:body></w:document>"


def encrypted_zip():
    raw = bytearray(word())
    place = raw.find(b"PK\x01\x02")
    while place != -1:
        raw[place + 8] |= 1
        place = raw.find(b"PK\x01\x02", place + 4)
    return bytes(raw)


def doubled_name():
    out = io.BytesIO(word())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/document.xml", document(""))
    return out.getvalue()


def image(kind, size=(4, 4)):
    out = io.BytesIO()
    Image.new("RGB", size).save(out, kind)
    return out.getvalue()


def huge_png():
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    import zlib

    chunk = b"IHDR" + head
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))


RELS_NAME = "word/_rels/document.xml.rels"
HOSTILE = {
    "empty": ("a.pdf", lambda: b"", "empty"),
    "program named pdf": ("a.pdf", lambda: b"MZ\x90\x00" + b"\0" * 64, "content_mismatch"),
    "page named pdf": ("a.pdf", lambda: b"<html><script>alert(1)</script></html>", "content_mismatch"),
    "word named pdf": ("a.pdf", word, "content_mismatch"),
    "program": ("a.exe", lambda: b"MZ", "kind_not_allowed"),
    "page": ("a.html", lambda: b"<p>", "kind_not_allowed"),
    "drawing": ("a.svg", lambda: b"<svg onload='x'/>", "kind_not_allowed"),
    "macro word": ("a.docm", word, "kind_not_allowed"),
    "two endings": ("a.pdf.exe", pdf, "kind_not_allowed"),
    "no ending": ("report", pdf, "kind_not_allowed"),
    "pdf with a password": ("a.pdf", lambda: pdf(password="x"), "encrypted"),
    "pdf cut off": ("a.pdf", lambda: pdf()[:200], "unreadable"),
    "pdf that starts a script": ("a.pdf", lambda: pdf(open_action("/JavaScript", JS="app.alert(1)")), "active_content"),
    "pdf that starts a program": ("a.pdf", lambda: pdf(open_action("/Launch", F="cmd.exe")), "active_content"),
    "pdf that hides its action": ("a.pdf", lambda: pdf(indirect_launch), "active_content"),
    "pdf with a page script": ("a.pdf", lambda: pdf(page_script), "active_content"),
    "pdf that sends a form": ("a.pdf", lambda: pdf(open_action("/SubmitForm", F="http://x")), "active_content"),
    "pdf that opens another": ("a.pdf", lambda: pdf(open_action("/GoToR", F="//host/x")), "active_content"),
    "pdf with an attachment": ("a.pdf", lambda: pdf(attachment), "active_content"),
    "pdf with a pinned file": ("a.pdf", lambda: pdf(annotation("/FileAttachment")), "active_content"),
    "pdf with a film": ("a.pdf", lambda: pdf(annotation("/RichMedia")), "active_content"),
    "pdf with a dynamic form": ("a.pdf", lambda: pdf(xfa), "active_content"),
    "locked word": ("a.docx", lambda: OLE + b"\0" * 512, "encrypted"),
    "zip with a password": ("a.docx", encrypted_zip, "encrypted"),
    "plain zip": ("a.docx", lambda: rezip(word(), {"word/document.xml": None}), "content_mismatch"),
    "zip cut off": ("a.docx", lambda: word()[:400], "unreadable"),
    "sheet named docx": ("a.docx", lambda: rezip(word(), {"word/document.xml": None, "xl/workbook.xml": "<a/>"}), "content_mismatch"),
    "word with macros": ("a.docx", lambda: word({"word/vbaProject.bin": OLE}), "active_content"),
    "word with an object": ("a.docx", lambda: word({"word/embeddings/oleObject1.bin": OLE}), "active_content"),
    "word with a control": ("a.docx", lambda: word({"word/activeX/activeX1.xml": "<a/>"}), "active_content"),
    "word that says it has macros": ("a.docx", lambda: word({"[Content_Types].xml": "<Types>application/vnd.ms-word.document.macroEnabled.main+xml</Types>"}), "active_content"),
    "word with a far template": ("a.docx", lambda: word({RELS_NAME: relation("attachedTemplate", "http://x/t.dotm")}), "external_relation"),
    "word with a far template in other quotes": ("a.docx", lambda: word({RELS_NAME: relation("attachedTemplate", "http://x/t.dotm", quote="'")}), "external_relation"),
    "word with a far picture": ("a.docx", lambda: word({RELS_NAME: relation("image", "http://x/p.png")}), "external_relation"),
    "word with a link to a share": ("a.docx", lambda: word({RELS_NAME: relation("hyperlink", r"\\host\share")}), "external_relation"),
    "word with a page inside": ("a.docx", lambda: word({RELS_NAME: relation("aFChunk", "x.html", mode="Internal")}), "active_content"),
    "word that declares entities": ("a.docx", lambda: word({"word/document.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'}), "active_content"),
    "relations that declare entities": ("a.docx", lambda: word({RELS_NAME: " " * 5000 + "<!DOCTYPE x>"}), "active_content"),
    "relations that are no XML": ("a.docx", lambda: word({RELS_NAME: "<a"}), "unreadable"),
    "relations that are too large": ("a.docx", lambda: word({RELS_NAME: " " * 5_000_001}), "bomb"),
    "word in another encoding": ("a.docx", lambda: word({"word/document.xml": "<a/>".encode("utf-16")}), "unreadable"),
    "word that starts a program": ("a.docx", lambda: word({"word/document.xml": document("<w:instrText>DD</w:instrText><w:instrText>EAUTO c:\\cmd</w:instrText>")}), "active_content"),
    "word that fetches a picture": ("a.docx", lambda: word({"word/document.xml": document('<w:fldSimple w:instr="INCLUDEPICTURE http://x"/>')}), "active_content"),
    "word that leaves its folder": ("a.docx", lambda: word({"../../etc/x": "a"}), "path_in_name"),
    "word with an absolute path": ("a.docx", lambda: word({"/etc/x": "a"}), "path_in_name"),
    "word with a part twice": ("a.docx", doubled_name, "unreadable"),
    "word that grows": ("a.docx", lambda: word({"word/media/a.bin": b"\0" * 30_000_000}), "bomb"),
    "word of many parts": ("a.docx", lambda: word({f"word/media/{n}.bin": b"" for n in range(2_001)}), "too_many_entries"),
    "picture that is a page": ("a.png", lambda: b"<html>", "content_mismatch"),
    "picture that is another": ("a.jpg", lambda: image("PNG"), "content_mismatch"),
    "picture cut off": ("a.png", lambda: image("PNG", (200, 200))[:-30], "unreadable"),
    "picture that grows": ("a.png", huge_png, "content_mismatch"),
    "wide picture": ("a.png", lambda: image("PNG", (12_000, 9_000)), "bomb"),
    "old sheet with macros": ("a.xls", lambda: OLE + "_VBA_PROJECT".encode("utf-16-le"), "active_content"),
    "old sheet that is none": ("a.xls", lambda: b"<table>", "content_mismatch"),
    "page named csv": ("a.csv", lambda: b"  <html>", "content_mismatch"),
    "bytes named csv": ("a.csv", lambda: b"a\x00b", "content_mismatch"),
}  # fmt: skip
GOOD = {
    "pdf": ("报告.pdf", pdf),
    "pdf with a link": ("a.pdf", lambda: pdf(lambda w, p: p.__setitem__(NameObject("/A"), action("/URI", URI="https://x")))),
    "word": ("方案.docx", word),
    "word with a link": ("a.docx", lambda: word({RELS_NAME: relation("hyperlink", "https://www.mof.gov.cn/")})),
    "word with upper-case ending": ("A.DOCX", word),
    "png": ("扫描.png", lambda: image("PNG")),
    "jpg": ("扫描.jpg", lambda: image("JPEG")),
    "jpeg": ("扫描.jpeg", lambda: image("JPEG")),
    "csv with a mark": ("名册.csv", "\ufeff姓名,单位".encode),
    "csv in GB18030": ("名册.csv", lambda: "姓名,单位".encode("gb18030")),
    "old sheet": ("名册.xls", lambda: OLE + b"\0" * 512),
}  # fmt: skip
ALL = frozenset(rules.MEDIA_TYPES)


@pytest.mark.django_db
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.edge("E57")
def test_hostile_file_is_refused_and_nothing_is_kept(case):
    name, make, code = HOSTILE[case]
    user = UserFactory()

    with pytest.raises(FileRefused) as caught:
        store(bureau=user.bureau, name=name, content=make(), owner=None, by=user, accept=ALL)

    assert caught.value.refusal.code == code
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("case", GOOD)
def test_good_file_is_kept_with_its_hash_under_a_made_name(case):
    name, make = GOOD[case]
    content = make()
    user = UserFactory()

    row = store(bureau=user.bureau, name=name, content=content, owner=user.bureau, by=user, accept=ALL)

    assert (row.sha256, row.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))
    assert row.original_name == name
    assert re.fullmatch(r"[0-9a-f]{32}", Path(row.content.name).stem)  # nothing of the name that came with it
    with row.content.open() as kept:
        assert kept.read() == content


def test_enough_of_both():
    assert (len(HOSTILE) >= 20, len(GOOD) >= 8) == (True, True)


def test_file_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(rules, "LIMIT_BYTES", 10)

    assert problem_of("csv", b"a" * 11) == "too_large"
    assert problem_of("csv", b"a" * 10) == ""


def test_documents_are_all_that_is_accepted_unless_told():
    assert checked(name="a.pdf", content=pdf()) == "pdf"
    with pytest.raises(FileRefused):
        checked(name="a.png", content=image("PNG"))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..\\..\\a.pdf", "a.pdf"),
        ("/etc/passwd", "passwd"),
        ("a\u202efdp.exe", "afdp.exe"),
        ('b<x>:"|?*.pdf', "bx.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("y" * 300, "y" * 200),
        (" a.pdf. ", "a.pdf"),
    ],
)
def test_name_is_cleaned(name, kept):
    assert clean_name(name) == kept


@pytest.mark.parametrize(
    ("name", "extension"), [("a.PDF", "pdf"), ("a.jpeg", "jpg"), ("a", ""), ("a.tar.gz", "gz"), ("", "")]
)
def test_extension_is_what_follows_the_last_dot(name, extension):
    assert extension_of(name) == extension


@pytest.mark.django_db
def test_our_own_paper_is_kept_with_its_pages():
    user = UserFactory()

    row = store_made(bureau=user.bureau, name="letter.pdf", content=pdf(), owner=user, by=user)

    assert (row.pages, row.owner_kind, row.owner_id) == (1, "accounts.user", user.pk)


def test_pages_and_texts_of_what_is_no_pdf():
    assert pages_of(b"no") is None
    assert page_texts(pdf()) == [""]
    with pytest.raises(FileRefused):
        page_texts(b"no")


@pytest.mark.django_db
def test_file_without_an_owner_is_its_uploaders_alone_until_it_gets_one():
    user, other = UserFactory(), UserFactory()
    row = store(bureau=user.bureau, name="a.pdf", content=pdf(), owner=None, by=user)
    assert (may_read(user, row), may_read(other, row)) == (True, False)

    give_owner(file=row, owner=user.bureau)

    with pytest.raises(FileRefused):
        give_owner(file=row, owner=other.bureau)


@pytest.mark.django_db
def test_owner_decides_who_reads(monkeypatch):
    monkeypatch.setattr("foundation.files.permissions._OWNERS", {})
    serve_owner("bureaus.bureau", f"{__name__}.bureaus_of")
    monkeypatch.setattr("foundation.files.permissions.import_string", lambda name: bureaus_of)
    user, colleague, stranger = UserFactory(), UserFactory(), UserFactory()
    colleague.bureau = user.bureau
    row = store(bureau=user.bureau, name="a.pdf", content=pdf(), owner=user.bureau, by=user)

    assert [may_read(each, row) for each in (user, colleague, stranger)] == [True, True, False]


def bureaus_of(user):
    return BureauFactory._meta.model.objects.filter(pk=user.bureau_id)
