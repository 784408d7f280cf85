"""The lab PKI that all tests share: made once, kept in build/ for some days.

Used by the fixture `pki` of conftest.py; scripts and VM benches may call kept_pki() too. Several
test processes may ask at the same moment: each makes its own beside, the first to finish wins.
"""

import datetime
import hashlib
import os
import tempfile
from pathlib import Path

from chargecore_tools.pki import Pki, make_pki
from chargecore_tools.pki.maker import CPO, HOSTS, SERIAL

ROOT = Path(__file__).resolve().parents[1]
_BUILD = ROOT / "build"
_MAKER = ROOT / "tools" / "chargecore_tools" / "pki"
_KEPT = datetime.timedelta(days=7)  # not-yet-valid samples become valid after 30


def kept_pki():
    """Return the PKI: for localhost and 127.0.0.1, serial SIM0001, operator Lab CPO."""
    folder = _BUILD / f"pki-{_stamp()}"
    if folder.is_dir():
        return Pki(folder)
    _BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=_BUILD, prefix="pki-making-") as made:
        whole = Path(made) / "pki"
        make_pki(whole, SERIAL, CPO, HOSTS)
        try:
            os.rename(whole, folder)
        except OSError:  # another process was faster
            pass
    return Pki(folder)


def _stamp():
    """Return a text that is another one when the maker has changed, or after some days."""
    sources = b"".join(path.read_bytes() for path in sorted(_MAKER.glob("*.py")))
    period = datetime.datetime.now(datetime.timezone.utc).date().toordinal() // _KEPT.days
    return f"{hashlib.sha256(sources).hexdigest()[:12]}-{period}"
