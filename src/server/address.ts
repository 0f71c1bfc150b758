/** Where a server listens. Without a host on all addresses: Node takes `::`, and 0.0.0.0 where IPv6 is off (net, server.listen). */
export interface Address {
  readonly host?: string | undefined;
  /** 0 for any. */
  readonly port: number;
}
