"""LabRsaKey: signs with RSA as RFC 8017 says, in all the ways that a test may want it wrong.

The keys are for tests only. One has 2048 bits, one has 2049, where PSS leaves out a whole byte.
"""

import hashlib

from chargecore.security.der_write import bits, element, unsigned
from chargecore.security.rsa_key import rsa_key
from fakes.cert_maker import RSA_KEY, SEQUENCE, SHA256_RSA

_N_2048 = (
    "cc6b80aefe91abda54f099697b413b52967525ab43c0cdbf177d241941b4aec981d2351b0596545e052d"
    "f6e0d909d21ef5248aea91fc2ca0b2aa915d0bfc232d20fe573309e1f17016a19228f1329a6839a8da10"
    "5367db26b5db4fa4b4b3a4e77c30f63d976b300e6204e55e490157a8319246b4e894fca2a38ee8e44b5c"
    "1511dcbda3e05266ca266774743ea855fe1bc3e41ffac894603682fdfc7c786c9b0432a8fb00f44805f1"
    "b7818ad6ec8900c44ce3a25465447b87e97eee38c9abc18dc8948a0ac2e771d42764591b2250531a5571"
    "ede3b846cadc7282d56d8b7ad481a27bf3fdd0ed3b445cbb788beba2ad83b3337e491232e60c3b39bc4e"
    "72ab5f83"
)
_D_2048 = (
    "60d9860c62dc0d79d1c87446bf78b66c7890641a726d448d86c96972f5e86eef55ac8c3093431811bb8e"
    "7d6b26293afe23d2fe6608685b947f51c4b13ade68a416ffa9bcaaaffbbdc95b1f6e7a682933bc2dbdb3"
    "0271302974fbc50e19f70ae809b500d5498a25288b541a7fc342f98edc7d9b3657034f7696db3c87fd14"
    "517e5de9ec7082f77a1c7dc6d0d55ccea39921980d6e6bfb41116e6b6e2b63d55933533ab20d5ee349e3"
    "a029be059cfc94b5dc783bb68064feedc59b9c372f6d89f4b6330f6f33ec96389fc9a1838af7a6e04b00"
    "697d10f19a1875bcac3cb6236485663bce01602f26fa6bb3e75f9fb1de22cd55ac97ec15a5fd42fab8b0"
    "047b8b51"
)
_N_2049 = (
    "01a94a8a604155e1d7f5a517152c88bd35490af6f41549f9f00631f10f79369fc9a14ecf7808c1fc70a2"
    "11b6bc65f7698e5585235d9aab33948c1229b98635d321ada12216f4c853c198088eb1a4073b330eaa4e"
    "86010925412c0d2596ec1d0889016f5630afc6ee087836565206791366bac1e0fa2a49ba5a0e5d8569ba"
    "26abe0f3b83a392e38dd357b14b420820cdde5fc4623de2ff552dc06fd1d033d3461b570bc6d9ac17caf"
    "8276839cab03275bd46f717c349b8cb88d9565d599fdbe9f2c5903f3d18c32d9fdd6ea7f3b16c9bd8f71"
    "e2544bc94cf1bc6fdb15cea10d8c9e0eb4a7f3f355539a6ff8bc3eb7934c04e8b073ccade0c3be08402d"
    "69a3adeb13"
)
_D_2049 = (
    "010e9e35eb05e8062b8b4d9fa083940701af16e10973ba7ce5f4ab36bf27dc5054d6e5f532663039d7d9"
    "e8f7a46e25beef290fecef150a376a20af3609ad92f66409bdec993aed760e4c15b5e6e77f0a7674b07e"
    "02db09dcc0d9ad0bec3b1646661799a6f89801375a0054631d12ad5c6114196675090f9d1acce5498d7b"
    "3c3c44e6243e1aa7322ffc30b796e91e5bfc02b43fde9ab2b99706f198112868873c0cc146bbdf7b06ae"
    "f06182becaf75b400228e0285023e31dcaec9c7f3fe5674dd8e876391a451928eea62a37b0ac4887180c"
    "da303ae93a68f989d3650178fb4598f2bd3ecbdbceb3c94d70d9125b224a5e0c1fc61caa8deed1de2893"
    "b161d67d71"
)

DIGEST_INFO = b"\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"
SALT = bytes(range(32))


class LabRsaKey:
    """bit_count: 2048 or 2049."""

    def __init__(self, bit_count=2048):
        n, d = (_N_2048, _D_2048) if bit_count == 2048 else (_N_2049, _D_2049)
        self.n = int(n, 16)
        self._d = int(d, 16)
        self.length = (bit_count + 7) // 8
        self._unused_bits = (1 - bit_count) % 8
        n_bytes = self.n.to_bytes(self.length, "big")
        self.key_bits = element(SEQUENCE, unsigned(n_bytes), unsigned(b"\x01\x00\x01"))
        self.info = element(SEQUENCE, RSA_KEY, bits(self.key_bits))
        self.public_key = rsa_key(self.key_bits)
        self.algorithm = SHA256_RSA

    def power(self, encoded):
        """Return the private operation on bytes."""
        number = pow(int.from_bytes(encoded, "big"), self._d, self.n)
        return number.to_bytes(self.length, "big")

    def sign(self, digest):
        """Return a good signature, PKCS#1 v1.5."""
        return self.power(self.pkcs1(DIGEST_INFO + digest))

    def pkcs1(self, tail):
        """Return the encoding with that tail behind the padding."""
        return b"\x00\x01" + b"\xff" * (self.length - len(tail) - 3) + b"\x00" + tail

    def sign_pss(self, digest, salt=SALT):
        """Return a good signature, PSS."""
        return self.power(self.pss(digest, salt))

    def pss(self, digest, salt=SALT, mgf_hash=hashlib.sha256, trailer=0xBC, one=1, top=0):
        """Return the encoding; what stands behind salt bends it."""
        length = self.length if self._unused_bits else self.length - 1
        hashed = hashlib.sha256(bytes(8) + digest + salt).digest()
        db = bytearray(bytes(length - len(salt) - 34) + bytes((one,)) + salt)
        mask = b""
        count = 0
        while len(mask) < len(db):
            mask += mgf_hash(hashed + count.to_bytes(4, "big")).digest()
            count += 1
        for i in range(len(db)):
            db[i] ^= mask[i]
        db[0] = db[0] & (0xFF >> self._unused_bits) | top
        return bytes(self.length - length) + bytes(db) + hashed + bytes((trailer,))
