"""A list of installed certificates names one of the PKI, or does not."""

from chargecore_tools.cert.errors import Failed
from chargecore_tools.cert.makers.certificate import CertificateHash, shown_name


class InstalledCertificate:
    """The answer lists the root `name` with hashes as we compute them; `is_there: false`: not."""

    name = "installed_certificate"
    fields = ("answer", "name", "is_there")

    @staticmethod
    def run(lab, answer, name, is_there=True):
        """Judge a GetInstalledCertificateIds.conf; hex digits may be large or small."""
        listed = answer.get("certificateHashData", [])
        algorithms = {row.get("hashAlgorithm") for row in listed} - {"SHA256"}
        if is_there and algorithms:
            # Only the hashes of one algorithm are computed here: whitepaper, A00 asks for SHA-256.
            raise Failed(f"hashAlgorithm is {', '.join(sorted(map(str, algorithms)))}", "value")
        wanted = _plain(CertificateHash.run(lab, name))
        found = [_plain(row) for row in listed]
        if (wanted in found) != is_there:
            is_listed = "is not in" if is_there else "is in"
            text = f"{shown_name(lab, name)} {is_listed} the list of {len(found)}"
            near = [row for row in found if row["serialNumber"] == wanted["serialNumber"]]
            if is_there and near:
                odd = [field for field in wanted if wanted[field] != near[0].get(field)]
                text += f": its {', '.join(odd)} differs"
            raise Failed(text, "certificate")


def _plain(row):
    plain = {name: str(value).casefold() for name, value in row.items()}
    plain["serialNumber"] = plain.get("serialNumber", "").lstrip("0")
    return plain
