"""Why WhatsApp does not deliver something, in words for an agent.

Source: developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes.
"""

from __future__ import annotations

from collections.abc import Mapping

from draht.channels.whatsapp.shapes import Fault
from draht.contract.words import words

OVER = words(
    "More than 24 hours have passed since their last message. WhatsApp now delivers only texts that Meta has approved "
    "before (templates)."
)
SAYS: Mapping[int, str] = {
    131047: OVER,
    131026: words("This number cannot be reached on WhatsApp: there is no account, or it takes no messages from us."),
    131030: words("This number is not on the list of the test account. A number of your own can write to everybody."),
    131031: words("Meta has locked our WhatsApp Business account. Look into the WhatsApp Manager."),
    131042: words("Meta could not charge us. Look after the payment method in the WhatsApp Manager."),
    131045: words("Our number is not registered any more. Register it again in the WhatsApp Manager."),
    131048: words("Meta holds back our messages because too many people reported them as spam."),
    131049: words("Meta did not deliver this, so that people get not too many messages of companies."),
    131050: words("This person does not want such messages from us any more."),
    131051: words("WhatsApp does not know messages of this kind."),
    131052: words("Meta could not load the file that they sent."),
    131053: words("Meta could not take the file that we sent. Is it damaged, or of another type than its name says?"),
    132001: words("There is no such template in this language, or it is not approved yet."),
    132015: words("Meta has paused this template because people did not like it."),
    132016: words("Meta has switched this template off for good."),
    133010: words("Our number is not registered. Register it in the WhatsApp Manager."),
    130472: words("This person is part of an experiment of Meta, and does not get this message."),
    368: words("Meta has blocked our account for a while for breaking its rules."),
}


def reason_of(fault: Fault) -> str:
    """Ours where we have one, else Meta's."""
    return SAYS.get(fault.code) or fault.error_data.details or fault.title or str(fault.code)
