"""The set-up page from outside: who gets in, what is checked, shown, and never shown."""

import unittest

from chargecore.setup.station_check import wrong_field
from fakes.setup_world import CODE, HOST, SetupWorld, bare_station

_WIFI_PASSWORD = "seven-dwarfs"
_KEY = "00112233445566778899aabbccddeeff"
_MOST_B = 12_288


class WhoGetsInTest(unittest.TestCase):
    def setUp(self):
        self.world = SetupWorld()

    def test_asks_for_the_code_and_tells_nothing_before(self):
        self.world = SetupWorld(dict(bare_station(), id="CP77", csms_url="ws://secret.example/"))

        answer = self.world.get()

        self.assertEqual(answer.status, 200)
        self.assertIn('name="code"', answer.text)
        self.assertFalse("CP77" in answer.text or "secret.example" in answer.text)

    def test_the_code_is_good_in_small_letters_and_without_its_hyphen(self):
        for code in (CODE, "7kqmx4td", " 7KQM X4TD "):
            with self.subTest(code=code):
                self.assertIn('name="token"', SetupWorld().post({"code": code}).text)

    def test_a_wrong_code_shows_no_form(self):
        for code in ("", "7KQM-X4TE", "7KQM", CODE + "2", "é" * 8, "\x00" * 8):
            with self.subTest(code=code):
                answer = SetupWorld().post({"code": code})

                self.assertFalse('name="token"' in answer.text)
                self.assertIn("not the code", answer.text)

    def test_names_that_somebody_lets_point_here_are_redirected_and_get_nothing(self):
        hosts = (b"evil.example", b"connectivitycheck.gstatic.com", HOST + b":81", b"LOCALHOST")
        for host in hosts:
            with self.subTest(host=host):
                answer = self.world.get(host=host)

                self.assertEqual((answer.status, answer.text), (302, "here\n"))
                self.assertIn(b"Location: http://" + HOST + b"/\r\n", answer.headers)
                self.assertEqual(self.world.post({"code": CODE}, host=host).status, 403)

    def test_what_phones_ask_for_leads_to_the_page(self):
        for path in (b"/generate_204", b"/hotspot-detect.html", b"/favicon.ico", b"//", b"/?x=/"):
            with self.subTest(path=path):
                wanted = 200 if path == b"/?x=/" else 302

                self.assertEqual(self.world.get(path).status, wanted)

    def test_a_form_of_another_page_is_refused_whatever_is_in_it(self):
        refused = (b"http://evil.example", b"null", b"https://" + HOST, b"http://" + HOST + b".x")
        for origin in refused + (None,):
            with self.subTest(origin=origin):
                self.assertEqual(self.world.post({"code": CODE}, origin=origin).status, 403)
        self.assertEqual(self.world.door.wrong, 0)

    def test_a_browser_without_origin_may_name_the_page_as_referer(self):
        for referer, status in ((b"http://" + HOST + b"/", 200), (b"http://evil.example/", 403)):
            with self.subTest(referer=referer):
                more = b"Referer: " + referer + b"\r\n"

                answer = self.world.post({"code": CODE}, origin=None, more=more)

                self.assertEqual(answer.status, status)

    def test_without_the_token_of_this_code_nothing_is_saved(self):
        self.world.enter()
        first = self.world.token
        self.world.enter()
        self.world.token, good = first, self.world.token
        for token in ("", "0" * 32, first, None):
            with self.subTest(token=token):
                answer = self.world.send(token=token, password=_WIFI_PASSWORD)

                self.assertIn('name="code"', answer.text)
                self.assertEqual(self.world.saved, [])
        self.world.token = good
        self.assertIn("Saved", self.world.send(password=_WIFI_PASSWORD).text)

    def test_guessing_waits_longer_and_longer_and_ends(self):
        world = self.world
        waits_s = []
        while not world.door.is_locked:
            world.post({"code": "2222-2222"})
            waits_s.append(world.door.wait_s(world.clock.ticks_ms()))
            self.assertIn("name=", world.get().text)
            if waits_s[-1]:
                self.assertIn("Wait", world.post({"code": CODE}).text)  # not looked at
                world.clock.advance_ms(waits_s[-1] * 1_000)

        self.assertEqual(waits_s[:6], [0, 0, 11, 21, 41, 81])
        self.assertEqual(len(waits_s), 10)
        world.clock.advance_ms(3_600_000)
        self.assertFalse('name="token"' in world.post({"code": CODE}).text)


class FormTest(unittest.TestCase):
    def setUp(self):
        self.world = SetupWorld()
        self.world.desk.look_around()
        self.world.enter()

    def test_saves_what_a_station_starts_with(self):
        answer = self.world.send(password=_WIFI_PASSWORD, key=_KEY)

        station = self.world.saved[0]
        self.assertEqual(station["wifi"], {"ssid": "Depot", "password": _WIFI_PASSWORD})
        self.assertEqual(station["id"], "CP01")
        self.assertEqual(station["csms_url"], "ws://csms.example/ocpp")
        self.assertEqual(station["auth_key"], _KEY)
        self.assertEqual(station["max_current"], 16)
        self.assertIsNone(wrong_field(station))
        self.assertIn("What happens next", answer.text)
        self.assertTrue(self.world.desk.is_saved)

    def test_tells_every_mistake_beside_its_field_and_saves_nothing(self):
        cases = (
            ({"url": "http://csms.example"}, "url"),
            ({"url": ""}, "url"),
            ({"url": "ws://"}, "url"),
            ({"url": "ws://a b"}, "url"),
            ({"url": "ws://me:secret@host/"}, "url"),
            ({"url": "wss://csms.example/ocpp"}, "url"),  # no root on this station
            ({"id": ""}, "id"),
            ({"id": "x" * 49}, "id"),
            ({"id": "a:b", "key": _KEY}, "id"),
            ({"key": "too short"}, "key"),
            ({"pick": ""}, "ssid"),
            ({"password": ""}, "password"),
            ({"password": "seven77"}, "password"),
            ({"password": "x" * 64}, "password"),
            ({"open": "on"}, "password"),  # and a password
        )
        for change, field in cases:
            with self.subTest(change=change):
                fields = {"password": _WIFI_PASSWORD}
                fields.update(change)

                answer = self.world.send(**fields)

                self.assertEqual(sorted(self.world.draft.errors), [field])
                self.assertIn('id="' + field + '-bad"', answer.text)
                self.assertEqual(self.world.saved, [])

    def test_tells_all_mistakes_at_once(self):
        self.world.send(url="x", id="", key="short", password="short")

        self.assertEqual(sorted(self.world.draft.errors), ["id", "key", "password", "url"])

    def test_an_open_network_needs_no_password_when_that_is_known_or_said(self):
        for fields in ({"pick": 'Café "&" <b>'}, {"pick": "", "ssid": "yard", "open": "on"}):
            with self.subTest(fields=fields):
                world = SetupWorld()
                world.desk.look_around()
                world.enter()

                world.send(**fields)

                ssid = fields["pick"] or fields["ssid"]
                self.assertEqual(world.saved[0]["wifi"], {"ssid": ssid})

    def test_what_was_typed_before_stays_when_another_field_was_wrong(self):
        self.world.send(url="x", password=_WIFI_PASSWORD, key=_KEY)

        answer = self.world.send()

        self.assertIn("Saved", answer.text)
        self.assertEqual(self.world.saved[0]["wifi"]["password"], _WIFI_PASSWORD)
        self.assertEqual(self.world.saved[0]["auth_key"], _KEY)

    def test_the_password_of_one_network_is_never_given_to_another(self):
        self.world.send(url="x", password=_WIFI_PASSWORD)

        self.world.send(pick="", ssid="elsewhere")

        self.assertEqual(self.world.saved, [])
        self.assertEqual(sorted(self.world.draft.errors), ["password"])

    def test_looks_for_networks_again_and_forgets_nothing_typed(self):
        self.world.radio.networks = [("Found later", -70, False)]

        answer = self.world.send(act="scan", id="CP09")

        self.assertIn("Found later", answer.text)
        self.assertIn('value="CP09"', answer.text)
        self.assertEqual(self.world.draft.errors, {})
        self.assertEqual(self.world.saved, [])

    def test_says_so_when_flash_does_not_take_it(self):
        self.world.can_save = False

        answer = self.world.send(password=_WIFI_PASSWORD)

        self.assertIn("could not write", answer.text)
        self.assertFalse(self.world.desk.is_saved)

    def test_a_second_form_behind_a_good_one_changes_nothing(self):
        self.world.send(password=_WIFI_PASSWORD)

        self.assertIn("Saved", self.world.send(id="OTHER", password=_WIFI_PASSWORD).text)

        self.assertEqual(len(self.world.saved), 1)

    def test_what_is_no_form_of_this_page_is_refused(self):
        cases = ({"token": "x", "other": "1"}, {"token": "x" * 33}, {"url": "x" * 257})
        for fields in cases:
            with self.subTest(fields=fields):
                self.assertEqual(self.world.post(fields).status, 400)

    def test_a_board_with_a_cable_is_not_asked_for_a_network(self):
        world = SetupWorld(has_wifi=False)
        form = world.enter()

        world.send(pick=None, ssid=None, password=None)

        self.assertFalse("Wi-Fi" in form.text)
        self.assertFalse("wifi" in world.saved[0])


class WhatIsShownTest(unittest.TestCase):
    def setUp(self):
        station = dict(bare_station(), id="CP01", csms_url="ws://csms.example/ocpp")
        station["auth_key"] = _KEY
        station["wifi"] = {"ssid": "Depot", "password": _WIFI_PASSWORD, "country": "DE"}
        self.world = SetupWorld(station)
        self.world.desk.look_around()
        self.form = self.world.enter()

    def test_shows_the_state_and_no_secret(self):
        for text in ("<b>CP01</b>", 'value="ws://csms.example/ocpp"', 'value="Depot" checked'):
            self.assertIn(text, self.form.text)
        pages = [self.form, self.world.send(url="x", password="another-one", key="f" * 32)]
        pages.append(self.world.send())
        for page in pages:
            for secret in (_WIFI_PASSWORD, _KEY, "another-one", "f" * 32, CODE):
                self.assertFalse(secret in page.text)

    def test_keeps_the_secrets_whose_fields_are_left_empty(self):
        self.assertIn("keep the one that is there", self.form.text)

        self.world.send(id="CP02")

        saved = self.world.saved[0]
        self.assertEqual((saved["id"], saved["auth_key"]), ("CP02", _KEY))
        wanted = {"ssid": "Depot", "password": _WIFI_PASSWORD, "country": "DE"}
        self.assertEqual(saved["wifi"], wanted)

    def test_escapes_whatever_comes_from_outside(self):
        evil = "\"><script>alert('1')</script>&amp;"
        self.world.radio.networks = [(evil[:32], -50, False)]
        self.world.desk.look_around()

        page = self.world.send(act="scan", pick="", ssid=evil[:32], url=evil, id=evil)

        self.assertFalse("<script>alert" in page.text)
        self.assertFalse("alert('" in page.text)
        self.assertIn("&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)", page.text)

    def test_every_page_is_small_and_lets_nothing_of_others_in(self):
        self.world.radio.networks = [("n%02d" % idx + "&" * 29, -50, False) for idx in range(16)]
        self.world.desk.look_around()
        everything = {"url": "&" * 256, "id": "&" * 144, "key": "x", "password": "x"}
        pages = [self.world.get(), self.world.enter(), self.world.send(**everything)]
        pages.append(self.world.send(password=_WIFI_PASSWORD))
        for page in pages:
            self.assertTrue(len(page.body) < _MOST_B, len(page.body))
            for text in ("http://", "https://", "src=", "@import", "url("):
                self.assertFalse(text in page.text.replace("&amp;", ""), text)
            self.assertIn(b"default-src 'none'", page.headers)
            self.assertIn(b"Cache-Control: no-store", page.headers)

    def test_every_answer_has_a_nonce_of_its_own(self):
        nonces = [self.world.get().text.split('nonce="')[1].split('"')[0] for _ in range(3)]

        self.assertEqual(len(set(nonces)), 3)


if __name__ == "__main__":
    unittest.main()
