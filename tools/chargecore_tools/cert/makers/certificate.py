"""Certificates of the lab's PKI folder; `{key}` in a name is rsa or ecdsa, as lab.yaml has it."""

from chargecore_tools.csms.certificate_orders import hash_data


def sample_of(lab, name):
    """Return the Sample of a name with `{key}` in it. Errors: CertError."""
    return lab.certificate(shown_name(lab, name))


def shown_name(lab, name):
    """Return a name without `{key}`, as the file is called."""
    return name.replace("{key}", lab.settings.key_type)


class Certificate:
    """A certificate as PEM; `is_chain`: with its intermediates."""

    name = "certificate"
    fields = ("name", "is_chain")

    @staticmethod
    def run(lab, name, is_chain=False):
        """Return the text of a PEM file."""
        sample = sample_of(lab, name)
        return (sample.chain_pem if is_chain else sample.pem).read_text(encoding="ascii")


class CertificateHash:
    """The certificateHashData of a root."""

    name = "certificate_hash"
    fields = ("name",)

    @staticmethod
    def run(lab, name):
        """Return CertificateHashDataType, SHA-256."""
        return hash_data(sample_of(lab, name).certificate)
