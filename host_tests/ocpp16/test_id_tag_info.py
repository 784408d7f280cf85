"""IdTagInfo: read leniently, for an odd detail must not turn a verdict into no verdict."""

import unittest

from chargecore.base.codes import E_MISSING, E_RANGE, OK
from chargecore.ocpp16.id_tag_info import IdTagInfo
from chargecore.station.auth_cache import NO_EXPIRY
from chargecore.wire.json_reader import JsonReader


class IdTagInfoTest(unittest.TestCase):
    def setUp(self):
        self.info = IdTagInfo()
        self.reader = JsonReader(60, 6)

    def read(self, text):
        self.assertEqual(self.reader.parse(text, len(text)), OK)
        return self.info.read(self.reader, 0)

    def test_reads_every_status(self):
        words = (b"Accepted", b"Blocked", b"Expired", b"Invalid", b"ConcurrentTx")
        for status in range(5):
            code = self.read(b'{"idTagInfo":{"status":"' + words[status] + b'"}}')
            self.assertEqual((code, self.info.status), (OK, status))

    def test_tells_absent_from_unusable(self):
        rows = (
            (b"{}", E_MISSING),
            (b'{"idTagInfo":null}', E_RANGE),
            (b'{"idTagInfo":[]}', E_RANGE),
            (b'{"idTagInfo":{}}', E_RANGE),
            (b'{"idTagInfo":{"status":1}}', E_RANGE),
            (b'{"idTagInfo":{"status":"accepted"}}', E_RANGE),
        )
        for text, code in rows:
            with self.subTest(text=text):
                self.assertEqual(self.read(text), code)
                self.assertEqual(self.reader.error if code == OK else OK, OK)

    def test_reads_the_expiry_date(self):
        rows = (
            (b'"2024-01-01T00:00:10Z"', 10),
            (b'"2024-01-01T01:00:10.5+01:00"', 10),
            (b'"1999-12-31T00:00:00Z"', 0),
            (b'"2099-01-01T00:00:00Z"', NO_EXPIRY),
            (b'"never"', NO_EXPIRY),
            (b'"20"', NO_EXPIRY),
            (b"17", NO_EXPIRY),
            (b"null", NO_EXPIRY),
        )
        for date, expiry_s in rows:
            with self.subTest(date=date):
                code = self.read(b'{"idTagInfo":{"expiryDate":' + date + b',"status":"Accepted"}}')
                self.assertEqual((code, self.info.expiry_s), (OK, expiry_s))
                self.assertEqual(self.reader.error, OK)

    def test_reads_the_parent(self):
        rows = (
            (b'"FAMILY"', "FAMILY"),
            (b'"\\u0041\\u0042"', "AB"),
            (b'""', ""),
            (b'"' + b"P" * 20 + b'"', "P" * 20),
            (b'"' + b"P" * 21 + b'"', ""),
            (b'"' + "\u20ac".encode() * 7 + b'"', ""),
            (b"5", ""),
        )
        for text, parent in rows:
            with self.subTest(text=text):
                self.read(b'{"idTagInfo":{"parentIdTag":' + text + b',"status":"Accepted"}}')
                self.assertEqual(self.info.parent.text(), parent)

    def test_forgets_what_the_answer_before_said(self):
        self.read(
            b'{"idTagInfo":{"parentIdTag":"P","expiryDate":"2024-01-01T00:00:10Z",'
            b'"status":"Blocked"}}'
        )
        self.read(b'{"idTagInfo":{"status":"Accepted"}}')

        self.assertEqual(self.info.parent.length, 0)
        self.assertEqual((self.info.status, self.info.expiry_s), (0, NO_EXPIRY))
