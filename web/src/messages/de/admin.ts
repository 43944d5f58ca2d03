import type english from "../en/admin";

export default {} satisfies typeof english;
