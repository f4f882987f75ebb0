"""What the desk's buttons and fields send."""

from __future__ import annotations

from django import forms
from django.utils.timezone import is_aware, make_aware

from draht.contract.channel import Act
from draht.core.clock import to_ms
from draht.core.files.uploads import Files, Upload, uploads


class ReplyForm(forms.Form):
    text = forms.CharField(strip=False)
    private = forms.BooleanField(required=False)
    resolve = forms.BooleanField(required=False)
    by_hand = forms.BooleanField(required=False)
    uploaded = Files(required=False)

    def uploads(self) -> list[Upload]:
        """The files, each with its description, which come in the same order."""
        return uploads(self.cleaned_data["uploaded"], self.data.getlist("alt"))  # type: ignore[attr-defined]


class TextForm(forms.Form):
    text = forms.CharField(strip=False, required=False)


class SnoozeForm(forms.Form):
    """Either one of the offered moments, or a time in the reader's own zone."""

    until = forms.IntegerField(required=False, min_value=0)
    at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])

    def moment(self) -> int:
        """Milliseconds; 0 if nothing was chosen."""
        at = self.cleaned_data["at"]
        if at is not None:
            return to_ms(at if is_aware(at) else make_aware(at))
        return int(self.cleaned_data["until"] or 0)


class AssignForm(forms.Form):
    colleague = forms.IntegerField(required=False)


class MoveForm(forms.Form):
    department = forms.IntegerField()


class TagForm(forms.Form):
    tag = forms.CharField(max_length=60)


class SettleForm(forms.Form):
    """Somebody has looked whether our reply stands on the network. There is no default: "no" sends it again."""

    reply = forms.IntegerField()
    arrived = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])


class EditForm(forms.Form):
    message = forms.IntegerField()
    text = forms.CharField(strip=False, required=False)


class ModerateForm(forms.Form):
    message = forms.IntegerField()
    act = forms.ChoiceField(choices=[(act.value, act.value) for act in Act])
