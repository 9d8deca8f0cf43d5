import { InvalidError } from "../../shared/errors";
import { whyWeak } from "./password-rules";

export function assertGoodPassword(password: string, email: string, path: string): void {
  const weak = whyWeak(password, email);
  if (weak !== null) throw new InvalidError(`The password cannot be used: ${weak.message}`, [{ path, ...weak }]);
}
