"""The set-up page: plain HTML, of which every byte comes from here; no script is needed.

Called by: Desk. Each function returns the pieces of a body; what comes from outside is escaped.
Secrets never get in here: the page says whether there is one. Heap: the pieces.
"""

from micropython import const

from chargecore.setup.page_frame import head, tail

_SHOWN_MAX = const(8)  # networks
_WORDS = ((-60, "strong"), (-75, "fair"), (-200, "weak"))  # dBm and what people make of it


def code_page(nonce, left_s, wait_s, was_wrong):
    """Return the page that asks for the code."""
    pieces = [head(nonce, "Set up this charging station")]
    if wait_s:
        text = "Too many wrong codes. Wait %d seconds, then try again." % wait_s
        pieces.append(_alert(text))
    error = "That is not the code of this station." if was_wrong and not wait_s else None
    pieces.append(
        b'<form method="post" action="/" class="card"><p>Network, server and identity of this'
        b" station are set here. First, show that you are standing in front of it.</p>"
    )
    hint = "8 characters, from the label of the station or from the sheet that came with it."
    more = 'autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="24"'
    more += ' class="code" required autofocus'
    pieces.append(_field("code", "Set-up code", hint, error, "text", "", more))
    pieces.append(b'<p><button class="go">Continue</button></p></form>')
    return pieces + tail(nonce, left_s)


def form_page(nonce, left_s, draft, token, networks):
    """Return the page with all fields. networks: [(ssid, dBm, is_open)], strongest first."""
    pieces = [head(nonce, "Set up this charging station")]
    errors = draft.errors
    if errors:
        text = errors.get("", "Nothing was saved yet: please look at what is marked red.")
        pieces.append(_alert(text))
    if not draft.known_id:
        text = b"<p>This station has not been set up yet. It charges nothing before that.</p>"
    else:
        text = b"<p>This station is set up as <b>" + _escaped(draft.known_id) + b"</b>.</p>"
    pieces += [text, b'<form method="post" action="/"><input type="hidden" name="token" value="']
    pieces += [token.encode(), b'">']
    # The first button is what Enter presses.
    pieces.append(b'<button class="enter" name="act" value="save" tabindex="-1">Save</button>')
    if draft.has_wifi:
        pieces += _network_fields(draft, networks)
    pieces += _server_fields(draft)
    pieces.append(
        b'<button class="go" name="act" value="save">Save and start the station</button>'
        b'<p class="hint">What is written here is checked first. Then this network disappears, and'
        b" the station starts with the new settings.</p></form>"
    )
    return pieces + tail(nonce, left_s)


def saved_page(nonce, draft):
    """Return the page behind a good form: what was saved, what happens now, what else to do."""
    pieces = [head(nonce, "Saved: the station starts now"), b'<div class="card"><dl>']
    if draft.has_wifi:
        pieces += [b"<dt>Network</dt><dd>", _escaped(draft.ssid), b"</dd>"]
    pieces += [b"<dt>Server</dt><dd>", _escaped(draft.url), b"</dd>"]
    pieces += [b"<dt>Identity</dt><dd>", _escaped(draft.id), b"</dd></dl></div>"]
    pieces.append(
        b'<div class="card"><p><b>What happens next.</b> This network disappears in a few seconds.'
        b" The station restarts, joins its network and calls its server: about a minute until the"
        b" server shows it as connected.</p><p><b>If it does not appear there,</b> the password or"
        b" the address may be wrong. Open this page again: switch the station off and on, press"
        b" its service button at once, hold it for 15 seconds and let go.</p></div>"
        b"</main></body></html>\n"
    )
    return pieces


def message_page(nonce, title, text):
    """Return a page that says one thing."""
    return [head(nonce, title), _alert(text), b"</main></body></html>\n"]


def _network_fields(draft, networks):
    pieces = [b"<fieldset><legend>Wi-Fi network</legend>"]
    names = [network[0] for network in networks[:_SHOWN_MAX]]
    for ssid, dbm, is_open in networks[:_SHOWN_MAX]:
        word = [word for least_dbm, word in _WORDS if dbm >= least_dbm][0]
        word += ", no password" if is_open else ""
        pieces.append(_choice(ssid, _escaped(ssid), word, ssid == draft.ssid))
    if names:
        is_other = draft.ssid not in names
        pieces.append(_choice("", b"Another network, or a hidden one", "", is_other))
    else:
        pieces.append(b'<p class="hint">No network was found. Type its name.</p>')
    typed = "" if draft.ssid in names else draft.ssid
    error = draft.errors.get("ssid")
    pieces.append(b'<div id="other">')
    hint = "Of another network than those in the list." if names else ""
    more = _PLAIN + ' maxlength="32"'
    pieces.append(_field("ssid", "Name of the network", hint, error, "text", typed, more))
    pieces.append(b"</div>")
    hint = "Leave it empty to keep the one that is there." if draft.has_password else ""
    error = draft.errors.get("password")
    more = 'autocomplete="off" maxlength="63"'
    pieces.append(_field("password", "Password of the network", hint, error, "password", "", more))
    tick = b" checked" if draft.is_open else b""
    pieces += [b'<label class="tick"><input type="checkbox" name="open"', tick]
    pieces.append(b">This network has no password</label>")
    pieces.append(
        b'<button class="small" name="act" value="scan" formnovalidate>Look for networks again'
        b"</button></fieldset>"
    )
    return pieces


def _server_fields(draft):
    errors = draft.errors
    pieces = [b"<fieldset><legend>Server (CSMS)</legend>"]
    hint = "From the operator: begins with wss:// or ws://, without the identity."
    more = _PLAIN + ' inputmode="url" maxlength="256" placeholder="wss://csms.example.com/ocpp"'
    pieces.append(_field("url", "Address", hint, errors.get("url"), "text", draft.url, more))
    hint = "The name by which the server knows this station."
    more = _PLAIN + ' maxlength="48"'
    pieces.append(_field("id", "Identity", hint, errors.get("id"), "text", draft.id, more))
    hint = "Only if the operator has given one (AuthorizationKey)."
    if draft.has_key:
        hint += " Leave it empty to keep the one that is there."
    more = 'autocomplete="off" maxlength="40"'
    error = errors.get("key")
    pieces.append(_field("key", "Password of the station", hint, error, "password", "", more))
    pieces.append(b"</fieldset>")
    return pieces


_PLAIN = 'autocomplete="off" autocapitalize="none" spellcheck="false"'


def _field(name, label, hint, error, kind, value, more):
    """Return one input with its label, what is wrong with it, and a hint."""
    text = '<label for="%s">%s</label>' % (name, label)
    described = ""
    if hint:
        text += '<p class="hint" id="%s-hint">%s</p>' % (name, hint)
        described += name + "-hint "
    if error:
        text += '<p class="bad" id="%s-bad">' % name + _escaped(error).decode() + "</p>"
        described += name + "-bad"
        more += ' aria-invalid="true"'
    if described:
        more += ' aria-describedby="%s"' % described.strip()
    begin = '<input type="%s" id="%s" name="%s" %s value="' % (kind, name, name, more)
    return (text + begin).encode() + _escaped(value) + b'">'


def _choice(value, shown, word, is_checked):
    tick = b" checked" if is_checked else b""
    parts = (b'<label class="net"><input type="radio" name="pick" value="', _escaped(value), b'"')
    rest = (tick, b"><b>", shown, b"</b><span>", word.encode(), b"</span></label>")
    return b"".join(parts + rest)


def _alert(text):
    return b'<div class="card alert" role="alert">' + _escaped(text) + b"</div>"


def _escaped(text):
    """Return the text as UTF-8, fit for a body and for a value in double quotes."""
    for mark, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(mark, entity)
    return text.replace("'", "&#39;").encode()
