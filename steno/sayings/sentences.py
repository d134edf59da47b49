"""What can go wrong, as one sentence for each code: for readers in whose language the very words are not known."""

from steno.sayings.marking import said

SENTENCES = {
    "answer-failed": said("The language model gave no usable answer. Try again later."),
    "changed-meanwhile": said("Somebody changed this meanwhile. Reload the page and repeat your change."),
    "conflict": said("That does not fit what is there now. Reload the page and look again."),
    "damaged": said("What is stored of this is damaged. The operator may have a backup."),
    "database-away": said("The database does not answer. Try again in a moment."),
    "database-unusable": said("The database cannot be used. Tell the operator."),
    "decoding-limit": said("Decoding took more than is allowed: the recording may be damaged."),
    "diarization-failed": said("Speakers could not be told apart. The transcript is there without them."),
    "diarization-unavailable": said("Speakers could not be told apart. The transcript is there without them."),
    "empty-recording": said("The recording is empty. Choose the file again."),
    "encryption-key": said(
        "The server cannot open what it stores. Tell the operator: its encryption key does not fit."
    ),
    "endpoint-unusable": said("The language model cannot be reached."),
    "engine-failure": said("Speech recognition failed on this machine. Try again, or tell the operator."),
    "forbidden": said("You may not do this."),
    "foreign-request": said("The page was open for too long. Reload it and try again."),
    "internal": said("Something went wrong on our side. The operator finds it in the log."),
    "invalid-option": said("One of the values cannot be used. Correct it and try again."),
    "invalid-request": said("One of the values cannot be used. Correct it and try again."),
    "last-administrator": said(
        "This is the last administrator who can sign in. First give the role to somebody else who can."
    ),
    "malformed": said("This could not be read. Reload the page and try again."),
    "missing-program": said("A program is missing on the server. Tell the operator."),
    "model-unavailable": said("The speech model is not on this machine and cannot be downloaded now."),
    "no-audio": said("There is no sound in this file."),
    "not-admitted": said("You may not come in with this account. Ask an administrator."),
    "not-found": said("There is nothing at this address. Check it."),
    "not-there-yet": said("This is not there, or not yet."),
    "provider-failed": said("The sign-in could not be confirmed. Begin anew; if it stays so, tell the operator."),
    "quota-exceeded": said("This would be more than you may store. Delete something you no longer need."),
    "recording-busy": said("This recording is being worked on already. Wait until that ends."),
    "recording-gone": said("The recording is no longer stored."),
    "recording-too-long": said("The recording is longer than is accepted."),
    "sharing-off": said("Sharing by link is switched off here. Ask an administrator."),
    "sign-in-again": said("It is too long since you signed in by the identity provider. Sign in again in the browser."),
    "sign-in-refused": said("The sign-in was refused or broken off there. Begin anew."),
    "storage-denied": said("The server may not read or write a file. Tell the operator."),
    "storage-full": said("The server has no space left. Try again later."),
    "too-large": said("The file is larger than is accepted. Its sound alone may be small enough."),
    "too-many-requests": said("Too many requests. Wait a moment and try again."),
    "too-many-uploads": said("Too many files wait for you to do something with them. Delete some."),
    "unexpected": said("Something went wrong on our side. The operator finds it in the log."),
    "unknown-delivery": said("This mail or webhook call is not there any more."),
    "unknown-format": said("There is no file of this kind."),
    "unknown-job": said("There is no such recording, or it is not yours."),
    "unknown-language": said("The speech model does not know this language."),
    "unknown-link": said("This link is not good any more. Ask for a new one."),
    "unknown-model": said("There is no speech model of this name."),
    "unknown-question": said("There is no such question."),
    "unknown-share": said("This link leads nowhere, or not any more. Ask whoever gave it to you."),
    "unknown-token": said("There is no such token."),
    "unknown-upload": said("The upload is gone. Start it again."),
    "unknown-user": said("There is no such person."),
    "unreadable-media": said("This is no recording that can be read, or it is damaged."),
    "upload-busy": said("This file is being sent elsewhere just now. Wait until that ends."),
    "upload-expired": said("The upload was left alone for too long. Start it again."),
    "weak-password": said("The password is too short or guessed too easily. Three or four words are good."),
    "worker-died": said("The machine gave up over this recording several times. Tell the operator."),
}

# Words that stand as values in sentences.
WORDS = (
    *(said("transcript"), said("minutes"), said("summary"), said("one day")),
    *(said("queued"), said("running"), said("completed"), said("failed"), said("cancelled")),
)
