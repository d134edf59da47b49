// The list of jobs.
import { find } from "../dom.js";
import { _ } from "../i18n.js";
import { Live } from "./live.js";
import { JobRows } from "./rows.js";

const rows = new JobRows(find("#jobs"), { empty: _("There are no jobs yet. Hand in a recording to begin.") });
const live = new Live({ changed: (jobs) => rows.show(jobs), deleted: (id) => rows.remove(id) });
await live.begin();
