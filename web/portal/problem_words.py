"""What goes wrong, as a sentence for each code, to be translated. English readers get the detail itself."""


def _(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


PROBLEMS = {
    "answer-failed": _("The language model gave no usable answer. Try again later."),
    "changed-meanwhile": _("Somebody changed this meanwhile. Reload the page and repeat your change."),
    "conflict": _("That does not fit what is there now. Reload the page and look again."),
    "damaged": _("What is stored of this is damaged. The operator may have a backup."),
    "database-away": _("The database does not answer. Try again in a moment."),
    "decoding-limit": _("Decoding took more than is allowed: the recording may be damaged."),
    "diarization-failed": _("Speakers could not be told apart. The transcript is there without them."),
    "diarization-unavailable": _("Speakers could not be told apart. The transcript is there without them."),
    "empty-recording": _("The recording is empty. Choose the file again."),
    "encryption-key": _("The server cannot open what it stores. Tell the operator: its encryption key does not fit."),
    "endpoint-unusable": _("The language model cannot be reached."),
    "engine-failure": _("Speech recognition failed on this machine. Try again, or tell the operator."),
    "forbidden": _("You may not do this."),
    "foreign-request": _("The page was open for too long. Reload it and try again."),
    "internal": _("Something went wrong on our side. The operator finds it in the log."),
    "invalid-option": _("One of the values cannot be used. Correct it and try again."),
    "invalid-request": _("One of the values cannot be used. Correct it and try again."),
    "last-administrator": _("This is the last administrator. Make somebody else one first."),
    "model-unavailable": _("The speech model is not on this machine and cannot be downloaded now."),
    "no-audio": _("There is no sound in this file."),
    "not-admitted": _("You may not come in with this account. Ask an administrator."),
    "not-there-yet": _("This is not there, or not yet."),
    "provider-failed": _("The sign-in could not be confirmed. Begin anew; if it stays so, tell the operator."),
    "quota-exceeded": _("This would be more than you may store. Delete something you no longer need."),
    "recording-gone": _("The recording is no longer stored."),
    "recording-too-long": _("The recording is longer than is accepted."),
    "sharing-off": _("Sharing by link is switched off here. Ask an administrator."),
    "sign-in-refused": _("The sign-in was refused or broken off there. Begin anew."),
    "storage-full": _("The server has no space left. Try again later."),
    "too-large": _("The file is larger than is accepted. Its sound alone may be small enough."),
    "too-many-requests": _("Too many requests. Wait a moment and try again."),
    "too-many-uploads": _("Too many files wait for you to do something with them. Delete some."),
    "unexpected": _("Something went wrong on our side. The operator finds it in the log."),
    "unknown-job": _("There is no such recording, or it is not yours."),
    "unknown-language": _("The speech model does not know this language."),
    "unknown-link": _("This link is not good any more. Ask for a new one."),
    "unknown-model": _("There is no speech model of this name."),
    "unknown-upload": _("The upload is gone. Start it again."),
    "unknown-user": _("There is no such person."),
    "unreadable-media": _("This is no recording that can be read, or it is damaged."),
    "upload-expired": _("The upload was left alone for too long. Start it again."),
    "weak-password": _("The password is too short or guessed too easily. Three or four words are good."),
    "worker-died": _("The machine gave up over this recording several times. Tell the operator."),
}
