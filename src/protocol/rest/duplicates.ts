/** Groups of items that are likely the same. */
import * as z from "zod";

export const GROUP_STATUSES = ["suggested", "confirmed", "dismissed"] as const;
export const GroupStatus = z.enum(GROUP_STATUSES).meta({ id: "GroupStatus" });
export type GroupStatus = z.infer<typeof GroupStatus>;
