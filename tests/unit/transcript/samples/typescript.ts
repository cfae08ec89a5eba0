import type { Request, Response } from "express";
import { z } from 'zod';

/** What a user may do. */
export enum Role {
  Reader = "reader",
  Writer = "writer",
}

export interface User<T extends object = {}> {
  readonly id: number;
  name: string;
  roles: Role[];
  extra?: T;
}

type Result<T, E = Error> = { ok: true; value: T } | { ok: false; error: E };
type Keys = keyof User & string;

const schema = z.object({ id: z.number().int(), name: z.string().min(1) });

// Keeps users in memory only.
@injectable()
export class UserStore {
  private users: Map<number, User> = new Map();

  constructor(private readonly limit: number = 100) {}

  public async find(id: number): Promise<Result<User>> {
    const user = this.users.get(id);
    if (user === undefined) {
      return { ok: false, error: new Error(`no user ${id}`) };
    }
    return { ok: true, value: user };
  }

  public add(user: unknown): asserts user is User {
    const parsed = schema.parse(user) as User;
    if (this.users.size >= this.limit) {
      throw new RangeError('too many users\n');
    }
    this.users.set(parsed.id, { ...parsed, roles: [Role.Reader] });
  }
}

export function handler(store: UserStore) {
  return async (request: Request, response: Response): Promise<void> => {
    const id = Number.parseInt(request.params["id"] ?? "0", 10);
    const result = await store.find(id);
    switch (result.ok) {
      case true:
        response.status(200).json(result.value);
        break;
      default:
        response.status(404).send(result.error.message);
    }
  };
}

declare const version: unique symbol;
let ratio: number | null = 0.5;
const matches = /^v(\d+)\.(\d+)$/.test("v1.2"); /* a check */
export default abstract class Base implements Iterable<string> {}
