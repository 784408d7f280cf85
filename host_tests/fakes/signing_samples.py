"""Samples for signed firmware: a maker's root, certificates below it, and their key."""

import binascii
import hashlib

from chargecore.security import pem
from chargecore.security.signer import Signer
from chargecore.security.x509 import Certificate

ROOT = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBWzCCAQKgAwIBAgIBETAKBggqhkjOPQQDAjAlMQ4wDAYDVQQKDAVNYWtlcjET\n"
    "MBEGA1UEAwwKTWFrZXIgUm9vdDAeFw0yNTAxMDEwMDAwMDBaFw00OTAxMDEwMDAw\n"
    "MDBaMCUxDjAMBgNVBAoMBU1ha2VyMRMwEQYDVQQDDApNYWtlciBSb290MFkwEwYH\n"
    "KoZIzj0CAQYIKoZIzj0DAQcDQgAEEgK/USQho4CKufuHuyGdryT3rZ9C/vAT8gNt\n"
    "ab1XJk0K7qiIB0hpxp283MB2Bbn9dXqyysLTY9RNxNpInd0Ut6MjMCEwDwYDVR0T\n"
    "AQH/BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAQYwCgYIKoZIzj0EAwIDRwAwRAIgKgSt\n"
    "uLP17Rd5Lv2GDI3lV5R0V5KxlS/5F9wPWHs2YWoCIAyHOmcrOmFeiNir2fDDj4IZ\n"
    "YRCWrFdjj0/HZO5QYYW6\n"
    "-----END CERTIFICATE-----\n"
)
SIGNER = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBazCCARKgAwIBAgIBEjAKBggqhkjOPQQDAjAlMQ4wDAYDVQQKDAVNYWtlcjET\n"
    "MBEGA1UEAwwKTWFrZXIgUm9vdDAeFw0yNTAxMDEwMDAwMDBaFw00OTAxMDEwMDAw\n"
    "MDBaMCMxDjAMBgNVBAoMBU1ha2VyMREwDwYDVQQDDAhGaXJtd2FyZTBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABH+fBKMcRyF7pDYtV0LRkKf90dA+us/JU09apLt1\n"
    "brFWqiZn93POUPssmUYhg1bL2f2OxBgajRoeeIK4xoMxrlejNTAzMAwGA1UdEwEB\n"
    "/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMAoGCCqG\n"
    "SM49BAMCA0cAMEQCIAUR5W1stOsZs4Yo5ylcOciP95/RZVH5x7r3uwsUZNCKAiAs\n"
    "Es9PpFP2UzCy5/vviSpOkdZxzroG6BmolxfAJNI4Wg==\n"
    "-----END CERTIFICATE-----\n"
)
EXPIRED = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBazCCARKgAwIBAgIBEzAKBggqhkjOPQQDAjAlMQ4wDAYDVQQKDAVNYWtlcjET\n"
    "MBEGA1UEAwwKTWFrZXIgUm9vdDAeFw0yNTAxMDEwMDAwMDBaFw0yNjAxMDEwMDAw\n"
    "MDBaMCMxDjAMBgNVBAoMBU1ha2VyMREwDwYDVQQDDAhGaXJtd2FyZTBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABH+fBKMcRyF7pDYtV0LRkKf90dA+us/JU09apLt1\n"
    "brFWqiZn93POUPssmUYhg1bL2f2OxBgajRoeeIK4xoMxrlejNTAzMAwGA1UdEwEB\n"
    "/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMAoGCCqG\n"
    "SM49BAMCA0cAMEQCICBUwbvWPKfTHfDQt2tpuVTuPaxl/NyVfUOM5BJ4E+rGAiBk\n"
    "asY0QPRsHFnWIjQKhGTWP4EMUv62Xcr0fmvDBKdOqg==\n"
    "-----END CERTIFICATE-----\n"
)
STRANGER = (
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBazCCARKgAwIBAgIBFDAKBggqhkjOPQQDAjAlMQ4wDAYDVQQKDAVNYWtlcjET\n"
    "MBEGA1UEAwwKT3RoZXIgUm9vdDAeFw0yNTAxMDEwMDAwMDBaFw00OTAxMDEwMDAw\n"
    "MDBaMCMxDjAMBgNVBAoMBU1ha2VyMREwDwYDVQQDDAhGaXJtd2FyZTBZMBMGByqG\n"
    "SM49AgEGCCqGSM49AwEHA0IABH+fBKMcRyF7pDYtV0LRkKf90dA+us/JU09apLt1\n"
    "brFWqiZn93POUPssmUYhg1bL2f2OxBgajRoeeIK4xoMxrlejNTAzMAwGA1UdEwEB\n"
    "/wQCMAAwDgYDVR0PAQH/BAQDAgeAMBMGA1UdJQQMMAoGCCsGAQUFBwMDMAoGCCqG\n"
    "SM49BAMCA0cAMEQCIAn3kgtipVbyBNs2Z+RKee5YXI8+O8wnM8E5ZEVeODNFAiAK\n"
    "qk6Z5/UcY0f6dbr5R8qE0jSLBYB98Kz8ZagqYWcVjA==\n"
    "-----END CERTIFICATE-----\n"
)
# The private key of SIGNER, EXPIRED and STRANGER.
KEY_HEX = "19a1c33a29c0ae7ac55eac628b6abbf64372d455100e7bad0ec343c76a16850f"


def sign(data):
    """Return the signature of SIGNER's key over data, DER."""
    private = binascii.unhexlify(KEY_HEX)
    signer = Signer(private, Certificate(pem.blocks(SIGNER.encode())[0]).public_key)
    signer.begin(hashlib.sha256(data).digest())
    while not signer.step():
        pass
    return signer.signature
