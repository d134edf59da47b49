// What this browser must not forget while recordings are on their way: uploads, copies of their files, takes of the
// microphone and the takes' pieces (IndexedDB).
const DATABASE = "steno", VERSION = 1;
let opened = null;

function open() {
  opened ??= new Promise((resolve, reject) => {
    const asking = indexedDB.open(DATABASE, VERSION);
    asking.onupgradeneeded = () => {
      asking.result.createObjectStore("uploads", { keyPath: "id" });
      asking.result.createObjectStore("files");
      asking.result.createObjectStore("takes", { keyPath: "id" });
      asking.result.createObjectStore("pieces", { keyPath: ["take", "number"] });
    };
    asking.onsuccess = () => resolve(asking.result);
    asking.onerror = () => reject(asking.error);
  });
  return opened;
}

/** Do something with a store in a transaction of its own; what its request gives, when it is on the disk. */
async function within(name, mode, work) {
  const database = await open();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(name, mode);
    const asking = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(asking.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? asking.error);
  });
}

export const put = (name, value, key) => within(name, "readwrite", (store) => store.put(value, key));
export const fetched = (name, key) => within(name, "readonly", (store) => store.get(key));
export const drop = (name, key) => within(name, "readwrite", (store) => store.delete(key));
export const everything = (name) => within(name, "readonly", (store) => store.getAll());

const ofTake = (take) => IDBKeyRange.bound([take, 0], [take, Infinity]);
/** The pieces of a take, in order. */
export const piecesOf = (take) => within("pieces", "readonly", (store) => store.getAll(ofTake(take)));
export const dropPieces = (take) => within("pieces", "readwrite", (store) => store.delete(ofTake(take)));

/** Whether so many bytes more fit in what the browser lets this site keep, with room to spare. */
export async function fits(bytes) {
  try {
    const { quota = 0, usage = 0 } = await navigator.storage.estimate();
    return bytes * 2 < quota - usage;
  } catch {
    return false;
  }
}
