/** A workspace's boards: the list, and each one's own page with its guests. */
import * as z from "zod";
import type { Params, RequestContext } from "../../edge/context.ts";
import { boardNotFound, type Failure } from "../../errors.ts";
import { isSlug } from "../../ids.ts";
import { Board, Guest } from "../../protocol/rest/boards.ts";
import { err } from "../../result.ts";
import { teamBoardPath, teamPath, withNotice } from "../../web/console/address.ts";
import { BoardSettingsPage, BoardsPage } from "../../web/console/boards.tsx";
import { type Attempt, refused } from "../../web/console/fill.ts";
import { taken } from "./account.ts";
import { ask, tell } from "./ask.ts";
import { type Answer, page, show } from "./page.ts";
import { notConfirmed } from "./settings.ts";
import { type Act, apiOf, forms, openTeam, settle, slugOf } from "./team.ts";

const FIELDS = ["name", "slug", "description", "visibility"];

export const boardsPage = page((context, params) => showBoards(context, params, null));

async function showBoards(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params);
  if (!visit.ok) return visit;
  const boards = await ask(context, z.array(Board), "GET", `${apiOf(params)}/boards`);
  if (!boards.ok) return boards;
  const { shell, team } = visit.value;
  return show(context, BoardsPage({ shell, team, boards: boards.value, attempt }), { attempt });
}

const makeBoard: Act = (context, params, sent) => {
  const { slug = "", name = "", description = "", visibility = "public" } = sent;
  return settle(
    tell(context, "POST", `${apiOf(params)}/boards`, { slug, name, description, visibility }),
    withNotice(teamPath(slugOf(params), "boards"), "board-made"),
    (failed) => showBoards(context, params, refused("new", taken(failed), sent, FIELDS)),
  );
};

export const changeBoards = forms({ new: makeBoard });

function boardOf(params: Params): string {
  return params["board"] ?? "";
}

function boardApi(params: Params): string {
  return `${apiOf(params)}/boards/${encodeURIComponent(boardOf(params))}`;
}

export const boardSettingsPage = page((context, params) => showBoard(context, params, null));

async function showBoard(context: RequestContext, params: Params, attempt: Attempt | null): Answer {
  const visit = await openTeam(context, params, "workspace.configure");
  if (!visit.ok) return visit;
  if (!isSlug(boardOf(params))) return err(boardNotFound());
  const [board, guests] = await Promise.all([
    ask(context, Board, "GET", boardApi(params)),
    ask(context, z.array(Guest), "GET", `${boardApi(params)}/guests`),
  ]);
  if (!board.ok) return board;
  if (!guests.ok) return guests;
  const { shell, team } = visit.value;
  const view = { shell, team, board: board.value, guests: guests.value, attempt };
  return show(context, BoardSettingsPage(view), { attempt });
}

/** A form of the board's page, which comes again when it is refused. */
function boardForm(
  name: string,
  notice: string,
  fields: readonly string[],
  change: (context: RequestContext, api: string, sent: Readonly<Record<string, string>>) => ReturnType<typeof tell>,
): Act {
  return (context, params, sent) => {
    if (!isSlug(boardOf(params))) return Promise.resolve(err(boardNotFound()));
    return settle(
      change(context, boardApi(params), sent),
      withNotice(teamBoardPath(slugOf(params), boardOf(params)), notice),
      (failed) => showBoard(context, params, refused(name, failed, sent, fields)),
    );
  };
}

const deleteBoard: Act = (context, params, sent) => {
  const slug = boardOf(params);
  const again = (failed: Failure) => showBoard(context, params, refused("delete", failed, sent, ["confirm"]));
  if (!isSlug(slug)) return Promise.resolve(err(boardNotFound()));
  if (sent["confirm"]?.trim() !== slug) return again(notConfirmed(slug));
  const next = withNotice(teamPath(slugOf(params), "boards"), "board-deleted");
  return settle(tell(context, "DELETE", boardApi(params)), next, again);
};

export const changeBoard = forms({
  change: boardForm("change", "board-saved", FIELDS, (context, api, { name = "", description = "", visibility = "" }) =>
    tell(context, "PATCH", api, { name, description, visibility }),
  ),
  guest: boardForm("guest", "guest-added", ["externalUserId"], (context, api, { externalUserId = "" }) =>
    tell(context, "POST", `${api}/guests`, { externalUserId }),
  ),
  "remove-guest": boardForm("page", "guest-removed", [], (context, api, { externalUserId = "" }) =>
    tell(context, "DELETE", `${api}/guests/${encodeURIComponent(externalUserId)}`),
  ),
  delete: deleteBoard,
});
