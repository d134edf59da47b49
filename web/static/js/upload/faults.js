// What keeps a file from becoming a transcript, in words with the cure.
import { size } from "../format.js";
import { _ } from "../i18n.js";
import { told } from "../sayings.js";

const NO_MEDIA = /^(text|image|font|model)\/|^application\/(pdf|zip|gzip|json|xml|msword|rtf|vnd\.(ms-|openxmlformats|oasis)|x-(7z|rar|tar|msdownload|sh))/;
const NO_MEDIA_NAME = /\.(txt|md|pdf|docx?|xlsx?|pptx?|odt|jpe?g|png|gif|zip|7z|rar|exe|srt|vtt|json|html?)$/i;
const MEDIA_NAME = /\.(m?ts|m2ts)$/i; // MPEG transport streams: systems take the first for texts, the other for models

/** Why a file cannot be sent, or null. `facts` are of the page, `room` what is left of the quota. */
export function refusal(file, { largest }, room) {
  if (file.size === 0) return _("{name} is empty. Choose it again, or copy it from the recorder once more.", { name: file.name });
  if ((NO_MEDIA.test(file.type) && !MEDIA_NAME.test(file.name)) || NO_MEDIA_NAME.test(file.name)) return _("{name} is no recording. Choose audio or video.", { name: file.name });
  if (file.size > largest) {
    return _("{name} has {size}; the limit is {largest}. Send its audio track alone.", { name: file.name, size: size(file.size), largest: size(largest) });
  }
  if (room !== null && file.size > room) {
    return _("{name} needs {size}, and {room} of your storage are left. Delete a job that you no longer need.", { name: file.name, size: size(file.size), room: size(Math.max(0, room)) });
  }
  return null;
}

/** What the server said. */
export function cure(body) {
  try {
    const { code, detail } = JSON.parse(body);
    if (code === "unauthenticated") return _("You are signed out. Sign in again; it goes on where it was.");
    return told(code, detail) ?? body;
  } catch {
    return _("The server did not take the file. Try again.");
  }
}
