"""Applying for the register and the pool, and deciding about it."""

from admissions.services.deciding import admit, announce, refuse, return_application, review_items
from admissions.services.filling import (
    PersonFacts,
    accept_undertaking,
    add_person,
    remove_person,
    save_profile,
    save_proof,
)
from admissions.services.moving import ApplicationRefused, reapply, submit, withdraw
from admissions.services.opening import open_application

__all__ = [
    "ApplicationRefused",
    "PersonFacts",
    "accept_undertaking",
    "add_person",
    "admit",
    "announce",
    "open_application",
    "reapply",
    "refuse",
    "remove_person",
    "return_application",
    "review_items",
    "save_profile",
    "save_proof",
    "submit",
    "withdraw",
]
