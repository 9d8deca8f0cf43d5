export { issueWorkspaceTicket, openWorkspaceEvents, openWorkspaceSocket } from "./open";
