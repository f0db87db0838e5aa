import type { UserInfo } from '../model/objects.js';

/**
 * The originating identity header for what a user asked for (OSB profile, platform kubernetes). Undefined without
 * `spec.userInfo`: only admission knows who a person is, and the controller's own name would be a lie.
 */
export function originatingIdentity(user: UserInfo | undefined): string | undefined {
  if (user?.username === undefined) return undefined;
  const { username, uid = '', groups = [], extra } = user;
  const identity = { username, uid, groups, ...(extra === undefined ? {} : { extra }) };
  return `kubernetes ${Buffer.from(JSON.stringify(identity)).toString('base64')}`;
}
